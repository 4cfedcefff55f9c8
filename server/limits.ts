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
  /** Of a rate: how many seconds it takes until all of it is there again. */
  windowSeconds?: number
}

const windowSeconds = 300

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
  tokenRequests: {
    area: 'rate',
    setting: 'MAX_REQUESTS_PER_TOKEN',
    default: 30_000,
    unit: 'requests in 5 minutes',
    what: 'Requests to the API with the tokens of one grant, or of one backend service',
    beyond: 'The answer is 429 with Retry-After.',
    windowSeconds,
  },
} as const satisfies Record<string, LimitRow>

export type LimitName = keyof typeof limitRows

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

/** The limit in words, for an error, to which the caller adds what to do: 'Applications of one account: at most 50.' */
export function sayLimit(limits: Limits, name: LimitName): string {
  const { what, unit }: LimitRow = limitRows[name]
  return `${what}: at most ${limits[name].toLocaleString('en')} ${unit}.`
}
