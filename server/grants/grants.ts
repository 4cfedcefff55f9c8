import type { Association } from '#server/practices/practices.ts'

/** What one account allowed one application. */
export interface Grant {
  id: string
  accountId: string
  applicationId: string
  scopes: string[]
  createdAt: Date
  /** Undefined: until the person ends it. */
  expiresAt: Date | undefined
  endedAt: Date | undefined
  endReason: string | undefined
  lastUsedAt: Date | undefined
}

/** What an access token opens, read in one indexed look-up. */
export interface OpenedGrant {
  grantId: string
  accountId: string
  applicationId: string
  scopes: string[]
  /** Open associations that the grant covers; whose compartments the token may read. */
  patientIds: string[]
  /** Practices whose whole panel the grant covers, through a provider or staff association. */
  practiceIds: string[]
}

/** Grants and the access tokens that belong to them. */
export interface Grants {
  create(grant: {
    accountId: string
    applicationId: string
    scopes: string[]
    associationIds: string[]
    expiresAt: Date | undefined
  }): Promise<Grant>
  find(grantId: string): Promise<Grant | undefined>
  /** Grants of an account that are neither ended nor expired, newest first, with whose records each reaches. */
  listOpen(
    accountId: string,
  ): Promise<
    Array<Grant & { applicationName: string; applicationOwner: string; associations: Association[] }>
  >
  /** Ends it and all its tokens at once. Throws `not-found` when it is not the account's. */
  end(accountId: string, grantId: string, reason: string): Promise<void>
  /** By the engine: a code was used twice, a refresh token came back, or the client revoked. */
  endByEngine(grantId: string, reason: string): Promise<void>
  endAllOfAccount(accountId: string, reason: string): Promise<void>
  endAllOfApplication(applicationId: string, reason: string): Promise<void>
  /** Stores the hash of an access token. */
  storeAccessToken(token: {
    token: string
    grantId: string
    scopes: string[]
    expiresAt: Date
  }): Promise<void>
  /**
   * Throws `token-unknown`, `token-expired` or `token-revoked`. Uses the primary key of access_token and joins
   * grant and associations by theirs.
   */
  open(accessToken: string): Promise<OpenedGrant>
}
