/** The closed set of kinds of failure. Every API maps each of them to its own form. */
export type Category =
  | 'incorrect'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'gone'
  | 'conflict'
  | 'precondition'
  | 'unprocessable'
  | 'too-large'
  | 'media-type'
  | 'not-acceptable'
  | 'too-many'
  | 'timeout'
  | 'unsupported'
  | 'unavailable'
  | 'fault'

interface CatalogueEntry {
  category: Category
  /** What happened and what to do about it, in general words. The documentation shows it. */
  meaning: string
}

/** Every error code this server answers with. The documentation page lists exactly these. */
export const errorCatalogue = {
  'invalid-parameter': {
    category: 'incorrect',
    meaning:
      'A parameter has a value of the wrong form. The message names the parameter and the form expected.',
  },
  'invalid-body': {
    category: 'incorrect',
    meaning:
      'The body could not be read as what its Content-Type says. Send well-formed JSON or form fields.',
  },
  'search-too-long': {
    category: 'too-large',
    meaning:
      'The search looks at more records than one request can go through. Name a patient, a code or a period.',
  },
  'request-too-costly': {
    category: 'unprocessable',
    meaning:
      'The whole request asks for more work than the bound that the message names. Ask for less at once.',
  },
  'request-too-long': {
    category: 'timeout',
    meaning:
      'The whole request took longer than the bound that the message names. Ask for less at once. Of a transaction nothing was written.',
  },
  'bundle-too-large': {
    category: 'too-large',
    meaning: 'The Bundle has more entries than the bound that the message names. Send several Bundles.',
  },
  'body-too-large': {
    category: 'too-large',
    meaning: 'The body is larger than this address takes. Send it in several requests.',
  },
  'media-type-not-supported': {
    category: 'media-type',
    meaning:
      'This address does not read the Content-Type of the body. The message names the types that it reads.',
  },
  'format-not-served': {
    category: 'not-acceptable',
    meaning: 'The server has no answer in the format that the request asks for. Ask for JSON.',
  },
  'record-refused': {
    category: 'unprocessable',
    meaning:
      'The body was read, but the record in it breaks a rule of FHIR or of the store. The message names each place.',
  },
  'record-deleted': {
    category: 'gone',
    meaning: 'The record was deleted. Its history shows its earlier versions.',
  },
  'version-conflict': {
    category: 'precondition',
    meaning:
      'The record has changed since the version in If-Match, or is there although If-None-Match says that it must not be. Read it again and repeat the change.',
  },
  'several-match': {
    category: 'precondition',
    meaning: 'More than one record matches the condition of a conditional write. Make it narrower.',
  },
  'redirect-uri-invalid': {
    category: 'incorrect',
    meaning:
      'A redirect URI must be one http:// or https:// address without fragment, wildcard or user name; a public application may have a scheme of its own, such as com.example.app:/callback. It has no parameter that answers append.',
  },
  'scope-invalid': {
    category: 'incorrect',
    meaning: 'A scope is not well-formed, or is not among those of the application.',
  },
  'link-invalid': {
    category: 'gone',
    meaning: 'A link from a mail was used before, has expired or is incomplete. Ask for a new one.',
  },
  'birth-date-mismatch': {
    category: 'incorrect',
    meaning: 'The date of birth does not match the invitation. After five tries the invitation ends.',
  },
  'sign-in-failed': {
    category: 'unauthenticated',
    meaning: 'E-mail address and password do not match an account.',
  },
  'code-refused': {
    category: 'unauthenticated',
    meaning: 'A one-time or recovery code is wrong, too old, or was used before. Enter the next one.',
  },
  'passkey-refused': {
    category: 'unauthenticated',
    meaning:
      'The passkey could not be checked. It is unknown here, or the request for it came from another site or is too old.',
  },
  'sign-in-required': {
    category: 'unauthenticated',
    meaning: 'Nobody is signed in in this browser, or the sign-in has ended. Sign in and try again.',
  },
  'token-missing': {
    category: 'unauthenticated',
    meaning: 'The request has no access token. Send "Authorization: Bearer ACCESS_TOKEN".',
  },
  'token-unknown': {
    category: 'unauthenticated',
    meaning: 'The access token is not one of this server. Compare it with the answer of the token request.',
  },
  'token-expired': {
    category: 'unauthenticated',
    meaning: 'The access token has expired. Use the refresh token to get a new one.',
  },
  'token-revoked': {
    category: 'unauthenticated',
    meaning: 'The access behind this token was ended. Send the person to the authorization page again.',
  },
  'token-binding': {
    category: 'unauthenticated',
    meaning:
      'The access token is bound to a key (DPoP), and the request does not prove that its sender has the key. The message says what is missing.',
  },
  'scope-missing': {
    category: 'forbidden',
    meaning: 'The access token does not cover this type of record. The message names the scope to ask for.',
  },
  'proof-required': {
    category: 'forbidden',
    meaning:
      'This change needs a proof of who you are that is not older than ten minutes. Give the password or use a passkey (POST /portal-api/me/proof, or the page /account/confirm), then repeat it.',
  },
  'second-step-required': {
    category: 'forbidden',
    meaning:
      'The practice opens its panel only after a second step at sign-in. Set one up in Settings → Security.',
  },
  'not-allowed': {
    category: 'forbidden',
    meaning: 'The signed-in account may not do this.',
  },
  'not-associated': {
    category: 'forbidden',
    meaning:
      'The account is not associated with a provider yet. Create a practice or a sandbox, or accept an invitation.',
  },
  'csrf-failed': {
    category: 'forbidden',
    meaning: 'The form was opened in another sign-in or is too old. Reload the page and send it again.',
  },
  'not-found': {
    category: 'not-found',
    meaning: 'There is nothing with this address or id that this request may see.',
  },
  'method-not-allowed': {
    category: 'unsupported',
    meaning: 'This address does not answer this HTTP method. The Allow header lists those it does.',
  },
  'email-taken': {
    category: 'conflict',
    meaning: 'Another account uses this e-mail address.',
  },
  'own-record-exists': {
    category: 'conflict',
    meaning:
      "An account is one person, and the record of somebody else is this account's own. Invite the person as a family member or caregiver, or use another address. The practice can change the association.",
  },
  'already-exists': {
    category: 'conflict',
    meaning: 'Something with this identity exists already.',
  },
  'too-many-requests': {
    category: 'too-many',
    meaning: 'Too many requests or attempts in a short time. Retry-After says how many seconds to wait.',
  },
  'store-unavailable': {
    category: 'unavailable',
    meaning: 'The database is locked, read-only or full. Nothing was changed; try again later.',
  },
  'factor-key-wrong': {
    category: 'unavailable',
    meaning:
      'The server cannot check codes of authenticator apps, because it was started with another FACTOR_KEY. A recovery code or a passkey works. The operator runs "onpatient doctor".',
  },
  'mail-stopped': {
    category: 'unprocessable',
    meaning: 'The owner of a mail address wants no invitations. Use another address, or ask the person.',
  },
  'limit-reached': {
    category: 'unprocessable',
    meaning:
      'The account, application or practice has reached a limit. The message says what to delete or end first.',
  },
  'mail-unavailable': {
    category: 'unavailable',
    meaning: 'Too many mails wait for the mail server. Try again later.',
  },
  fault: {
    category: 'fault',
    meaning: 'Something went wrong in the server. The request id finds it in the log.',
  },
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof errorCatalogue

/** The code system of these codes in FHIR, the same on every server. The R4 API serves it as CodeSystem/onpatient-error-code. */
export const errorCodeSystem = 'urn:onpatient:error-code'

interface ErrorOptions {
  /** The parameter or form field at fault, as the sender wrote it. */
  field?: string
  /** FHIRPath of the element at fault, when the fault is in a body. */
  expression?: string
  /** For the log only; never sent. */
  detail?: string
  /** One entry for each place at fault, when there are several. */
  issues?: readonly Issue[]
  /** For `too-many` and `unavailable`: seconds until a retry makes sense. */
  retryAfterSeconds?: number
  cause?: unknown
}

/** One place of a body that is at fault. */
export interface Issue {
  /** https://hl7.org/fhir/R4/valueset-issue-type.html */
  code: string
  /** FHIRPath of the element, with indexes. */
  expression: string
  message: string
}

/**
 * The one error class of the server. `message` is sent to the caller and says what to change;
 * `detail` and `cause` go to the log only.
 */
export class OnpatientError extends Error {
  override readonly name = 'OnpatientError'
  readonly code: ErrorCode
  readonly category: Category
  readonly field: string | undefined
  readonly expression: string | undefined
  readonly detail: string | undefined
  readonly retryAfterSeconds: number | undefined
  readonly issues: readonly Issue[]

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.category = errorCatalogue[code].category
    this.field = options.field
    this.expression = options.expression
    this.detail = options.detail
    this.retryAfterSeconds = options.retryAfterSeconds
    this.issues = options.issues ?? []
  }
}

/** The HTTP status of each category; APIs choose the body, not the status. */
export const statusOf = {
  incorrect: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  gone: 410,
  conflict: 409,
  precondition: 412,
  unprocessable: 422,
  'too-large': 413,
  'media-type': 415,
  'not-acceptable': 406,
  'too-many': 429,
  timeout: 504,
  unsupported: 405,
  unavailable: 503,
  fault: 500,
} as const satisfies Record<Category, number>
