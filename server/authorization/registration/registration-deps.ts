import type { Applications } from '#server/applications/applications.ts'
import type { RateLimits } from '#server/rate-limits/rate-limits.ts'

/** Nobody may register, holders of a token that an account was given, or everybody. */
export type RegistrationPolicy = 'off' | 'approved' | 'open'

export interface RegistrationDeps {
  applications: Applications
  registration: RegistrationPolicy
  rateLimits: RateLimits
  /** The account that owns the applications of strangers. */
  findStrangersAccount(): Promise<string>
  portalUrl: string
}
