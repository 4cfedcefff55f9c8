import type { CompiledQuery } from 'kysely'
import type { Db } from '../store/store.ts'
import type { ConnectedApps } from './connected-apps.ts'
import type { Grant, GrantState, OpenedGrant } from './grant.ts'
import type { GrantContext } from './grant-context.ts'
import type { GrantUser } from './grant-user.ts'

export interface NewAccessToken {
  token: string
  grantId: string
  scopes: string[]
  expiresAt: Date
  keyThumbprint?: string | undefined
}

/** Grants and the access tokens that belong to them. */
export interface Grants {
  /**
   * Throws `sign-in-required` when the sign-in in which it was given has ended, `second-step-required` when it reaches a panel that
   * asks for more than that sign-in had.
   */
  create(grant: {
    accountId: string
    applicationId: string
    scopes: string[]
    associationIds: string[]
    expiresAt: Date | undefined
    /** For an application that works on one patient. */
    context?: GrantContext | undefined
    /** Unknown when it was not given in a browser. */
    signInId?: string | undefined
  }): Promise<Grant>
  /** A grant, ended or not, with what it covers now through associations that are still open. Uses the primary keys. */
  findState(grantId: string): Promise<GrantState | undefined>
  listOpen: ConnectedApps['listOpen']
  listConnected: ConnectedApps['listConnected']
  /** Grants of an account that ended since then because a code or refresh token came twice, newest first. */
  listEndedByReuse(
    accountId: string,
    since: Date,
  ): Promise<Array<{ id: string; endedAt: Date; applicationId: string; applicationName: string }>>
  /** Ends it and all its tokens at once. Throws `not-found` when it is not the account's. */
  end(accountId: string, grantId: string, reason: string): Promise<void>
  /** Ends all that the account gave one application. Throws `not-found` when that is nothing. */
  endAllOfApp(accountId: string, applicationId: string, reason: string): Promise<void>
  /** By the engine: a code was used twice, a refresh token came back, or the client revoked. */
  endByEngine(grantId: string, reason: string): Promise<void>
  /** `transaction`: a transaction of the caller, who calls `forgetOpened` after it. */
  endAllOfAccount(accountId: string, reason: string, transaction?: Db): Promise<void>
  endAllOfApplication(applicationId: string, reason: string): Promise<void>
  /** All that anybody gave the applications of an owner. `transaction`: a transaction of the caller, who calls `forgetOpened` after it. */
  endAllOfOwner(ownerAccountId: string, reason: string, transaction: Db): Promise<void>
  /** What these practices approved. `transaction`: a transaction of the caller, who calls `forgetOpened` after it. */
  endApprovalsOf(practiceIds: readonly string[], reason: string, transaction: Db): Promise<void>
  /**
   * Those by which providers and staff gave the panel of a practice to applications; not what the practice approved. `transaction`: a
   * transaction of the caller, who calls `forgetOpened` after it.
   */
  endAllOfStaff(practiceId: string, reason: string, transaction: Db): Promise<void>
  /** Stores the hash of an access token. */
  storeAccessToken(token: NewAccessToken): Promise<void>
  /** The one statement that does so, for a caller who runs it together with others. */
  writeAccessToken(token: NewAccessToken): CompiledQuery
  /** Which record stands for the person who gave it; a proxy from before there were such records gets one now. */
  findUser(grantId: string): Promise<GrantUser | undefined>
  /**
   * Throws `token-unknown`, `token-expired` or `token-revoked`. Uses the primary key of access_token and joins
   * grant and associations by theirs; what was read is used again for a second at most.
   */
  open(accessToken: string): Promise<OpenedGrant>
  /** After an association has ended: what tokens open is read anew, in this process at once. */
  forgetOpened(): void
  /** Deletes access tokens that expired a month ago; until then a client is told "expired", not "unknown". */
  sweep(): Promise<void>
}
