/**
 * Every bound and limit of the server in one table. The settings that change them, the page docs/operate/limits.md, the
 * documentation for developers and the words of the errors come from here, so that none tells another story.
 */

/** What a limit protects; each is a section of the documentation. */
export type LimitArea = 'request' | 'rate' | 'mail' | 'ownership'

export interface LimitRow {
  area: LimitArea
  /** The environment variable that changes it. */
  setting: string
  default: number
  /** The smallest and largest value that the setting takes; 1 and a thousand million without it. */
  least?: number
  most?: number
  /** What the number counts, as it follows the number: 'entries', 'bytes', 'requests in 5 minutes'. */
  unit: string
  /** What is limited: 'Entries of a Bundle'. */
  what: string
  /** What happens beyond it: 'The answer is 413.' */
  beyond: string
  /** Of a rate: its name in the header RateLimit-Policy. */
  policy?: string
  /** Of a rate: how many seconds it takes until all of it is there again. */
  windowSeconds?: number
}

const minute = 60
const tooMany = 'The answer is 429 with Retry-After.'

export const limitRows = {
  authorizationRequestCharacters: {
    area: 'request',
    setting: 'MAX_AUTHORIZATION_REQUEST',
    default: 10_000,
    least: 3000,
    most: 20_000,
    unit: 'characters, compressed and sealed',
    what: 'An authorization request, which waits in cookies of the browser until the person has signed in',
    beyond: 'The application gets invalid_request, which says to make "state" shorter.',
  },
  requestSeconds: {
    area: 'request',
    setting: 'MAX_REQUEST_SECONDS',
    default: 30,
    most: 3600,
    unit: 'seconds',
    what: 'A request to the API as a whole, also of a Bundle with many entries',
    beyond:
      'The answer is 504; of a transaction nothing is written. Entries of a batch that were not reached say so.',
  },
  requestStatements: {
    area: 'request',
    setting: 'MAX_REQUEST_STATEMENTS',
    default: 20_000,
    least: 10,
    unit: 'statements',
    what: 'What a request asks of the database',
    beyond: 'The answer is 422; of a transaction nothing is written.',
  },
  answerBytes: {
    area: 'request',
    setting: 'MAX_ANSWER_BYTES',
    default: 64 * 1024 * 1024,
    least: 1024,
    unit: 'bytes',
    what: 'The answer to a batch, which is sent while it is made; the reads of a transaction',
    beyond: 'Entries of a batch beyond it answer 422. A transaction answers 422, and nothing is written.',
  },
  pageBytes: {
    area: 'request',
    setting: 'MAX_PAGE_BYTES',
    default: 1.5 * 1024 * 1024,
    least: 1024,
    most: 64 * 1024 * 1024,
    unit: 'characters',
    what: 'The records of one page of a list, search or history',
    beyond:
      'The page ends earlier than its size says, and its link "next" goes on. One record always has room.',
  },
  bodyBytes: {
    area: 'request',
    setting: 'MAX_BODY_BYTES',
    default: 8 * 1024 * 1024,
    least: 1024,
    most: 256 * 1024 * 1024,
    unit: 'bytes',
    what: 'The body of a write over the API',
    beyond: 'The answer is 413.',
  },
  resourceValues: {
    area: 'request',
    setting: 'MAX_RESOURCE_VALUES',
    default: 20_000,
    least: 100,
    unit: 'values',
    what: 'The fields and items of one resource that is written over the API, counted on every level',
    beyond: 'The answer is 413.',
  },
  bundleEntries: {
    area: 'request',
    setting: 'MAX_BUNDLE_ENTRIES',
    default: 5_000,
    unit: 'entries',
    what: 'A Bundle that is sent',
    beyond: 'The answer is 413.',
  },
  documentBytes: {
    area: 'request',
    setting: 'MAX_DOCUMENT_BYTES',
    default: 32 * 1024 * 1024,
    least: 1024,
    most: 256 * 1024 * 1024,
    unit: 'bytes',
    what: 'A document that the portal opens or gives as a download',
    beyond: 'The page says that it is too large; an application can still read it.',
  },
  searchSeconds: {
    area: 'request',
    setting: 'MAX_SEARCH_SECONDS',
    default: 10,
    most: 3600,
    unit: 'seconds',
    what: 'One statement of a search',
    beyond: 'The answer is 413 and says how to make it narrower.',
  },
  conditionMilliseconds: {
    area: 'request',
    setting: 'MAX_CONDITION_MILLISECONDS',
    default: 40,
    most: 60_000,
    unit: 'milliseconds',
    what: 'A search inside a write on SQLite, for which every other write waits: a condition, or a read of a transaction',
    beyond: 'The answer is 413, and nothing is written. Name an identifier or a patient in the condition.',
  },
  longSearches: {
    area: 'request',
    setting: 'MAX_LONG_SEARCHES',
    default: 2,
    most: 64,
    unit: 'at once in each process',
    what: 'Searches that are not quick; others wait for their turn, those of one token after each other',
    beyond: 'They wait, within the time of their requests.',
  },
  longSearchesPerToken: {
    area: 'request',
    setting: 'MAX_LONG_SEARCHES_PER_TOKEN',
    default: 100,
    unit: 'in each process',
    what: 'Long searches of one token that run or wait',
    beyond: tooMany,
  },
  answerSeconds: {
    area: 'request',
    setting: 'MAX_ANSWER_SECONDS',
    default: 120,
    most: 86_400,
    unit: 'seconds',
    what: 'The time in which a client takes an answer that is ready',
    beyond: 'The connection is closed.',
  },
  pushedRequestBytes: {
    area: 'request',
    setting: 'MAX_PUSHED_REQUEST_BYTES',
    default: 16_384,
    least: 4096,
    most: 65_536,
    unit: 'bytes',
    what: 'The form of a pushed authorization request',
    beyond: 'The answer is 413.',
  },
  tokenRequests: {
    area: 'rate',
    setting: 'MAX_REQUESTS_PER_TOKEN',
    default: 30_000,
    unit: 'requests in 5 minutes',
    what: 'Requests to the API with the tokens of one grant, or of one backend service',
    beyond: tooMany,
    policy: 'token',
    windowSeconds: 5 * minute,
  },
  accountRequests: {
    area: 'rate',
    setting: 'MAX_REQUESTS_PER_ACCOUNT',
    default: 60_000,
    unit: 'requests in 5 minutes',
    what: 'Requests to the API by all applications that one person has connected',
    beyond: tooMany,
    policy: 'account',
    windowSeconds: 5 * minute,
  },
  applicationRequests: {
    area: 'rate',
    setting: 'MAX_REQUESTS_PER_APPLICATION',
    default: 600_000,
    unit: 'requests in 5 minutes',
    what: 'Requests to the API by one application, for everybody who has connected it',
    beyond: tooMany,
    policy: 'application',
    windowSeconds: 5 * minute,
  },
  practiceRequests: {
    area: 'rate',
    setting: 'MAX_REQUESTS_PER_PRACTICE',
    default: 600_000,
    unit: 'requests in 5 minutes',
    what: 'Requests to the API with tokens that reach records of one practice',
    beyond: tooMany,
    policy: 'practice',
    windowSeconds: 5 * minute,
  },
  addressRequests: {
    area: 'rate',
    setting: 'MAX_REQUESTS_PER_ADDRESS',
    default: 600_000,
    unit: 'requests in 5 minutes',
    what: 'Requests to the API from one network address (of IPv6 a /64), with and without a token',
    beyond: tooMany,
    policy: 'address',
    windowSeconds: 5 * minute,
  },
  portalRequests: {
    area: 'rate',
    setting: 'MAX_PORTAL_REQUESTS_PER_ACCOUNT',
    default: 6_000,
    unit: 'requests in 5 minutes',
    what: 'Requests of the portal for one person who is signed in',
    beyond: tooMany,
    policy: 'account',
    windowSeconds: 5 * minute,
  },
  tokenEndpointRequests: {
    area: 'rate',
    setting: 'MAX_TOKEN_REQUESTS_PER_ADDRESS',
    default: 600,
    unit: 'requests in a minute',
    what: 'Requests to /o/token/, /o/par/, /o/introspect/, /o/revoke/, /o/userinfo/, /o/register/ and the discovery documents from one network address',
    beyond: tooMany,
    policy: 'address',
    windowSeconds: minute,
  },
  registrations: {
    area: 'rate',
    setting: 'MAX_REGISTRATIONS_PER_ADDRESS',
    default: 20,
    unit: 'requests in an hour',
    what: 'Applications that register by themselves, from one network address',
    beyond: tooMany,
    policy: 'address',
    windowSeconds: 60 * minute,
  },
  applicationTokens: {
    area: 'rate',
    setting: 'MAX_TOKEN_REQUESTS_PER_APPLICATION',
    default: 6_000,
    unit: 'requests in a minute',
    what: 'Token requests of one application that has proven who it is',
    beyond: tooMany,
    policy: 'application',
    windowSeconds: minute,
  },
  authorizationRequests: {
    area: 'rate',
    setting: 'MAX_AUTHORIZATION_REQUESTS_PER_ADDRESS',
    default: 600,
    unit: 'requests in 5 minutes',
    what: 'Requests to /o/authorize/ from one network address',
    beyond: tooMany,
    policy: 'address',
    windowSeconds: 5 * minute,
  },
  pushedByApplication: {
    area: 'rate',
    setting: 'MAX_PUSHED_REQUESTS_PER_APPLICATION',
    default: 1_200,
    unit: 'requests in a minute',
    what: 'Pushed authorization requests of one application that has proven who it is',
    beyond: tooMany,
    policy: 'application',
    windowSeconds: minute,
  },
  pushedByAddress: {
    area: 'rate',
    setting: 'MAX_PUSHED_REQUESTS_PER_ADDRESS',
    default: 120,
    unit: 'requests in a minute',
    what: 'Pushed authorization requests of public applications from one network address',
    beyond: tooMany,
    policy: 'address',
    windowSeconds: minute,
  },
  pushedRequests: {
    area: 'rate',
    setting: 'MAX_PUSHED_REQUESTS',
    default: 20_000,
    unit: 'requests in a minute',
    what: 'Pushed authorization requests of all public applications together',
    beyond: tooMany,
    policy: 'server',
    windowSeconds: minute,
  },
  mailsAskedFor: {
    area: 'mail',
    setting: 'MAX_MAILS_PER_ADDRESS',
    default: 10,
    unit: 'mails in a day',
    what: 'Mails to one address that somebody asked for in a form: sign-up, a new password, another address',
    beyond: 'The form says how long to wait. Notices about the own account are not counted.',
  },
  invitationsToAddress: {
    area: 'mail',
    setting: 'MAX_INVITATIONS_PER_ADDRESS',
    default: 5,
    unit: 'mails in a day',
    what: 'Invitations to one address, by all practices',
    beyond: 'The answer is 429; whoever invites tries again the day after.',
  },
  invitationsOfPractice: {
    area: 'mail',
    setting: 'MAX_INVITATIONS_PER_PRACTICE',
    default: 1000,
    unit: 'mails in a day',
    what: 'Invitations of one practice',
    beyond: 'The answer is 429; whoever invites tries again the day after.',
  },
  mailHours: {
    area: 'mail',
    setting: 'MAX_MAIL_HOURS',
    default: 48,
    most: 24 * 14,
    unit: 'hours',
    what: 'How long a mail that the mail server does not take is tried again',
    beyond: 'It is given up, earlier when its link ends. The practice desk, "doctor" and /metrics say so.',
  },
  queuedMails: {
    area: 'mail',
    setting: 'MAX_QUEUED_MAILS',
    default: 10_000,
    unit: 'mails',
    what: 'Mails that wait for the mail server, of all people together',
    beyond: 'Forms and invitations answer 503. Notices about the own account find room.',
  },
  sandboxMails: {
    area: 'mail',
    setting: 'MAX_SANDBOX_MAILS',
    default: 50,
    most: 1000,
    unit: 'mails',
    what: 'Mails of a sandbox to others than its owner, which are shown on /outbox and never sent',
    beyond: 'The oldest go.',
  },
  applicationsOfAccount: {
    area: 'ownership',
    setting: 'MAX_APPLICATIONS_PER_ACCOUNT',
    default: 50,
    unit: 'applications',
    what: 'Applications of one account',
    beyond: 'The answer is 422: delete one that is no longer used.',
  },
  selfRegistered: {
    area: 'ownership',
    setting: 'MAX_SELF_REGISTERED_APPLICATIONS',
    default: 10_000,
    unit: 'applications',
    what: 'Applications that registered without an account (REGISTRATION=open), all together',
    beyond: 'The answer is 400 until the operator deletes some.',
  },
  secretsOfApplication: {
    area: 'ownership',
    setting: 'MAX_SECRETS_PER_APPLICATION',
    default: 5,
    unit: 'secrets',
    what: 'Secrets of one application that still work',
    beyond: 'The answer is 422: wait until an older one ends, or replace all at once.',
  },
  keysOfApplication: {
    area: 'ownership',
    setting: 'MAX_KEYS_PER_APPLICATION',
    default: 20,
    unit: 'keys',
    what: 'Public keys in the key set of one application',
    beyond: 'The answer is 400 and names the field.',
  },
  redirectUrisOfApplication: {
    area: 'ownership',
    setting: 'MAX_REDIRECT_URIS',
    default: 20,
    unit: 'addresses',
    what: 'Redirect URIs of one application, and as many addresses for after signing out',
    beyond: 'The answer is 400 and names the field.',
  },
  requestsForApproval: {
    area: 'ownership',
    setting: 'MAX_APPROVAL_REQUESTS',
    default: 20,
    unit: 'open requests',
    what: 'Requests of one backend service for the approval of practices that nobody has decided on',
    beyond: 'The answer is 422: wait for a decision.',
  },
  approvalsOfPractice: {
    area: 'ownership',
    setting: 'MAX_APPROVALS_PER_PRACTICE',
    default: 100,
    unit: 'services',
    what: 'Backend services that one practice lets in',
    beyond: 'The answer is 422: end the approval of one that is no longer used.',
  },
  registrationTokens: {
    area: 'ownership',
    setting: 'MAX_REGISTRATION_TOKENS',
    default: 20,
    unit: 'tokens',
    what: 'Registration tokens of one account that have not expired',
    beyond: 'The command says so: wait until one has expired.',
  },
  practicesOfAccount: {
    area: 'ownership',
    setting: 'MAX_PRACTICES_PER_ACCOUNT',
    default: 10,
    unit: 'practices',
    what: 'Practices of which one account is a provider, when it makes another one',
    beyond: 'The answer is 422: use one of these.',
  },
  sandboxesOfAccount: {
    area: 'ownership',
    setting: 'MAX_SANDBOXES_PER_ACCOUNT',
    default: 3,
    unit: 'sandboxes',
    what: 'Sandboxes of one account',
    beyond: 'The answer is 422: use one of these.',
  },
  openInvitations: {
    area: 'ownership',
    setting: 'MAX_OPEN_INVITATIONS',
    default: 5_000,
    unit: 'invitations',
    what: 'Invitations of one practice that nobody has accepted',
    beyond: 'The answer is 422: end some that are no longer wanted.',
  },
  openSandboxInvitations: {
    area: 'ownership',
    setting: 'MAX_OPEN_SANDBOX_INVITATIONS',
    default: 50,
    unit: 'invitations',
    what: 'Invitations of one sandbox that nobody has accepted',
    beyond: 'The answer is 422: end some that are no longer wanted.',
  },
  signIns: {
    area: 'ownership',
    setting: 'MAX_SIGN_INS_PER_ACCOUNT',
    default: 50,
    unit: 'browsers',
    what: 'Browsers in which one account is signed in',
    beyond: 'The one that was used least recently is signed out.',
  },
  passkeys: {
    area: 'ownership',
    setting: 'MAX_PASSKEYS_PER_ACCOUNT',
    default: 20,
    unit: 'passkeys',
    what: 'Passkeys of one account',
    beyond: 'The answer is 422: remove one that is no longer used.',
  },
  openLaunches: {
    area: 'ownership',
    setting: 'MAX_OPEN_LAUNCHES',
    default: 50,
    unit: 'launches',
    what: 'Apps that one account has opened from the portal and that have not answered',
    beyond: 'The oldest launch ends: that app has to be opened again.',
  },
} as const satisfies Record<string, LimitRow>

export type LimitName = keyof typeof limitRows

/** Those that are counted over time. */
export type RateName = {
  [Name in LimitName]: (typeof limitRows)[Name] extends { windowSeconds: number } ? Name : never
}[LimitName]

/** Every limit as it is in this server. */
export type Limits = Readonly<Record<LimitName, number>>

const smallest = 1
const largest = 1_000_000_000

/** Reads the limits that the environment changes; the others are the defaults. The values were checked before. */
export function readLimits(env: Readonly<Record<string, string | undefined>>): Limits {
  const entries = Object.entries(limitRows).map(([name, row]) => [
    name,
    Number(env[row.setting] || row.default),
  ])
  return Object.freeze(Object.fromEntries(entries) as Record<LimitName, number>)
}

/** The limits as rows of the settings: each takes a whole number. */
export const limitSettings = Object.values<LimitRow>(limitRows).map((row) => {
  const { least = smallest, most = largest } = row
  return {
    name: row.setting,
    form: `a number from ${least} to ${most}`,
    default: String(row.default),
    help: `${row.what}: at most so many ${row.unit}. ${row.beyond}`,
    refuse: (value: string) =>
      /^\d{1,10}$/.test(value) && Number(value) >= least && Number(value) <= most
        ? undefined
        : `is not a number from ${least} to ${most}`,
  }
})

/** The limits of an area as people read them: what, how much, what happens beyond it. */
export function describeLimits(
  limits: Limits,
  area: LimitArea,
): Array<{ name: LimitName; what: string; most: string; beyond: string }> {
  return Object.entries<LimitRow>(limitRows)
    .filter(([, row]) => row.area === area)
    .map(([name, { what, unit, beyond }]) => ({
      name: name as LimitName,
      what,
      most: `${limits[name as LimitName].toLocaleString('en')} ${unit}`,
      beyond,
    }))
}

/**
 * The limit in words, for an error, to which the caller adds what to do: 'Applications of one account: at most 50 applications.'
 * A bound of a request has its setting with it: who runs the server may be asked for another one.
 */
export function sayLimit(limits: Limits, name: LimitName): string {
  const { what, unit, area, setting }: LimitRow = limitRows[name]
  const changedBy = area === 'request' ? ` (${setting})` : ''
  return `${what}: at most ${limits[name].toLocaleString('en')} ${unit}${changedBy}.`
}
