import type { Confinement } from '../confinement.ts'
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

/**
 * What a grant may read now. A patient counts as long as an open association of the grant reaches them; a practice through a
 * provider or staff association, or because it approved the grant. When a grant is about one patient, `patientIds` has this
 * one alone, and `practiceIds` count for `user` scopes alone.
 */
export interface GrantConfinement extends Confinement {
  /** Whether the grant is about one patient (SMART launch context). */
  isBound: boolean
}

/** What an access token opens. It is read in one indexed look-up. */
export interface OpenedGrant extends GrantConfinement {
  grantId: string
  accountId: string
  applicationId: string
  scopes: string[]
  /** Practices of which the grant reaches any records, also when these are about one patient. */
  keepingPracticeIds: string[]
  /** Whether a practice approved it for a backend service. Then only `system` scopes count. */
  isApproval: boolean
  /** Thumbprint of the key that the token is bound to (RFC 9449). */
  keyThumbprint: string | undefined
  /** The record of the person who gave the grant, when the scopes openid and fhirUser open it. */
  user: GrantUser | undefined
}

export type GrantState = GrantConfinement & {
  grant: Grant
  /** What a launch fixed, as long as the grant reaches that patient. */
  context: GrantContext | undefined
}
