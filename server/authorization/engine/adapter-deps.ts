import type { Accounts } from '#server/accounts/accounts.ts'
import type { Applications } from '#server/applications/applications.ts'
import type { Grants } from '#server/grants/grants.ts'
import type { ServerKeys } from '#server/keys/keys.ts'
import type { RateLimits } from '#server/rate-limits/rate-limits.ts'
import type { Clock } from '../../clock.ts'
import type { Limits } from '../../limits.ts'
import type { Random } from '../../secrets.ts'
import type { Db } from '../../store/store.ts'
import type { TokenWrites } from '../token/token-writes.ts'

/** What the storage of the engine needs. */
export interface AdapterDeps {
  db: Db
  clock: Clock
  grants: Grants
  applications: Applications
  accounts: Pick<Accounts, 'isSignInOpen'>
  writes: TokenWrites
  keys: Pick<ServerKeys, 'cookie'>
  random: Random
  /** Cookies are `Secure` where it is https. */
  portalUrl: string
  limits: Pick<Limits, 'authorizationRequestCharacters'>
  rateLimits: Pick<RateLimits, 'count' | 'fieldsOf' | 'refusalOf'>
}
