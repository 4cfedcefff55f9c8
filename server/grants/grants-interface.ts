import type { CompiledQuery } from 'kysely'
import type { Db } from '../store/store.ts'
import type { ConnectedApp } from './connected-apps.ts'
import type { GrantForm } from './create-grant.ts'
import type { EndedByReuse } from './ended-by-reuse.ts'
import type { Grant, GrantState, OpenedGrant } from './grant.ts'
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
   * Throws `sign-in-required` when the sign-in in which it was given has ended. Throws `second-step-required` when it reaches a panel
   * that requires a second step which that sign-in did not have.
   */
  create(grant: GrantForm): Promise<Grant>
  /** A grant, ended or not, with what it covers now through associations that are still open. Uses the primary keys. */
  findState(grantId: string): Promise<GrantState | undefined>
  /** One entry for each application that the account has connected, the last connected first, 25 at a time. */
  listConnected(accountId: string, offset: number): Promise<{ apps: ConnectedApp[]; hasMore: boolean }>
  /** Grants of an account that ended since then because a code or refresh token came twice, newest first, 20 at most. */
  listEndedByReuse(accountId: string, since: Date): Promise<{ grants: EndedByReuse[]; hasMore: boolean }>
  /** Ends a grant and all its tokens at once. Throws `not-found` when it is not the account's. */
  end(accountId: string, grantId: string, reason: string): Promise<void>
  /** Ends all grants of the account for one application. Throws `not-found` when there is none. */
  endAllOfApp(accountId: string, applicationId: string, reason: string): Promise<void>
  /** For the engine: a code was used twice, a refresh token came back, or the client revoked a token. */
  endByEngine(grantId: string, reason: string): Promise<void>
  /** `transaction`: a transaction of the caller, who calls `forgetOpened` after it. */
  endAllOfAccount(accountId: string, reason: string, transaction?: Db): Promise<void>
  endAllOfApplication(applicationId: string, reason: string): Promise<void>
  /** Ends all grants of the applications of an owner. `transaction`: a transaction of the caller, who calls `forgetOpened` after it. */
  endAllOfOwner(ownerAccountId: string, reason: string, transaction: Db): Promise<void>
  /** Ends what these practices approved. `transaction`: a transaction of the caller, who calls `forgetOpened` after it. */
  endApprovalsOf(practiceIds: readonly string[], reason: string, transaction: Db): Promise<void>
  /**
   * Ends the grants by which providers and staff gave the panel of a practice to applications; not what the practice approved.
   * `transaction`: a transaction of the caller, who calls `forgetOpened` after it.
   */
  endAllOfStaff(practiceId: string, reason: string, transaction: Db): Promise<void>
  /** Stores the hash of an access token. */
  storeAccessToken(token: NewAccessToken): Promise<void>
  /** The statement that does so, for a caller who runs it together with others. */
  writeAccessToken(token: NewAccessToken): CompiledQuery
  /** The record that stands for the person who gave the grant. A proxy from before there were such records gets a record now. */
  findUser(grantId: string): Promise<GrantUser | undefined>
  /**
   * What a token opens. Throws `token-unknown`, `token-expired` or `token-revoked`. Uses the primary keys of access_token, grant and
   * association. What was read is used again for a second at most.
   */
  open(accessToken: string): Promise<OpenedGrant>
  /** For after an association has ended: this process reads at once anew what tokens open. */
  forgetOpened(): void
  /** Deletes access tokens that expired a month ago. Until then the error says "expired", not "unknown". */
  sweep(): Promise<void>
}
