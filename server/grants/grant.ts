import type { GrantContext } from './grant-context.ts'
import type { GrantUser } from './grant-user.ts'

/** What one account, or one practice, allowed one application. */
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
  /** Set when not the account but this practice allowed it: a backend service that its administrator approved. */
  practiceId: string | undefined
  /** The sign-in in which the person gave it. */
  signInId: string | undefined
}

/** What an access token opens, read in one indexed look-up. */
export interface OpenedGrant {
  grantId: string
  accountId: string
  applicationId: string
  scopes: string[]
  /**
   * Whose compartments the token may read: patients of open associations that the grant covers. Of a grant that is about
   * one patient this one alone, as long as an open association still reaches them.
   */
  patientIds: string[]
  /**
   * Practices whose whole panel the grant covers, through a provider or staff association, or by its own approval. Of a
   * grant that is about one patient they count for `user` scopes alone.
   */
  practiceIds: string[]
  /** Practices whose records it reaches, be it those of one patient. */
  keepingPracticeIds: string[]
  /** Whether the grant is about one patient (SMART launch context). */
  isBound: boolean
  /** Whether a practice approved it for a backend service: `system` scopes count then, and no others. */
  isApproval: boolean
  /** Thumbprint of the key that the token is bound to (RFC 9449). */
  keyThumbprint: string | undefined
  /** The record of the person who gave it, when the scopes openid and fhirUser open it. */
  user: GrantUser | undefined
}

/** What a grant covers now. */
export type Coverage = Pick<OpenedGrant, 'patientIds' | 'practiceIds' | 'isBound'>

export type GrantReach = Coverage & {
  grant: Grant
  /** What a launch fixed, as long as the grant reaches that patient. */
  context: GrantContext | undefined
}
