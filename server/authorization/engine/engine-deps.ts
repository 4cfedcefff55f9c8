import type { Accounts } from '#server/accounts/accounts.ts'
import type { KeySets } from '#server/applications/applications.ts'
import type { Approvals } from '#server/grants/grants.ts'
import type { ServerKeys } from '#server/keys/keys.ts'
import type { Launches } from '#server/launches/launches.ts'
import type { RateLimits } from '#server/rate-limits/rate-limits.ts'
import type { UsedOnce } from '../../store/used-once.ts'
import type { FhirUserDeps } from '../identity/fhir-user.ts'
import type { RegistrationPolicy } from '../registration/registration-deps.ts'
import { backendTokenSeconds } from '../token/backend-services.ts'
import type { AdapterDeps } from './adapter-deps.ts'
import { refreshGraceSeconds } from './stored-payload.ts'

export interface EngineDeps extends Omit<AdapterDeps, 'writes'> {
  accounts: Pick<Accounts, 'find' | 'findSignIn' | 'isSignInOpen'>
  keys: ServerKeys
  keySets: KeySets
  approvals: Pick<Approvals, 'list' | 'find' | 'isApproved'>
  launches: Pick<Launches, 'find'>
  usedOnce: Pick<UsedOnce, 'use'>
  records: FhirUserDeps['records']
  /** Says who may register applications by the protocol. */
  registration: RegistrationPolicy
  limits: AdapterDeps['limits']
  rateLimits: RateLimits
  /** The issuer: the portal's origin. */
  portalUrl: string
  /** The resource server that tokens are for. */
  fhirUrl: string
  trustedProxies: number
}

/** In seconds; the documentation pages show the same values. */
export const tokenLifetimes = {
  accessTokenSeconds: 48 * 3600,
  codeSeconds: 60,
  /** For a backend service. */
  backendTokenSeconds,
  /** Each use renews it. SMART App Launch asks for at least three months. */
  refreshTokenSeconds: 396 * 24 * 3600,
  refreshGraceSeconds,
} as const
