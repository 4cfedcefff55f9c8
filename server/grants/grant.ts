import type { GrantContext } from './grant-context.ts'
import type { GrantUser } from './grant-user.ts'

/** The access that one account, or one practice, gave one application. */
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
  /** Set when this practice, and not the account, gave it: the practice approved a backend service. */
  practiceId: string | undefined
  /** The sign-in in which the person gave it. */
  signInId: string | undefined
}

/** What an access token opens. It is read in one indexed look-up. */
export interface OpenedGrant {
  grantId: string
  accountId: string
  applicationId: string
  scopes: string[]
  /**
   * The patients whose compartments the token may read, through open associations that the grant covers. A grant that is about one
   * patient has this patient alone, as long as an open association still reaches them.
   */
  patientIds: string[]
  /**
   * Practices whose whole panel the grant covers: through a provider or staff association, or because the practice approved it. They
   * count for `user` scopes alone when the grant is about one patient.
   */
  practiceIds: string[]
  /** Practices of which the grant reaches any records, also when these are about one patient. */
  keepingPracticeIds: string[]
  /** Whether the grant is about one patient (SMART launch context). */
  isBound: boolean
  /** Whether a practice approved it for a backend service. Then only `system` scopes count. */
  isApproval: boolean
  /** Thumbprint of the key that the token is bound to (RFC 9449). */
  keyThumbprint: string | undefined
  /** The record of the person who gave the grant, when the scopes openid and fhirUser open it. */
  user: GrantUser | undefined
}

/** What a grant covers now. */
export type Coverage = Pick<OpenedGrant, 'patientIds' | 'practiceIds' | 'isBound'>

export type GrantReach = Coverage & {
  grant: Grant
  /** What a launch fixed, as long as the grant reaches that patient. */
  context: GrantContext | undefined
}
