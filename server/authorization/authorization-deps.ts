import type { Accounts } from '#server/accounts/accounts.ts'
import type { Limits } from '../limits.ts'
import type { Logger } from '../logger.ts'
import type { ConsentDeps } from './consent/consent.ts'
import type { EngineDeps } from './engine/engine.ts'
import type { UserinfoDeps } from './identity/userinfo.ts'
import type { RegistrationDeps } from './registration/registration.ts'

/** What the authorization server needs from other folders. */
export interface AuthorizationDeps extends EngineDeps, RegistrationDeps {
  tokens: UserinfoDeps['tokens']
  accounts: EngineDeps['accounts'] & ConsentDeps['accounts'] & Pick<Accounts, 'endSignIn'>
  records: EngineDeps['records'] & ConsentDeps['records']
  access: ConsentDeps['access']
  launches: ConsentDeps['launches']
  practices: ConsentDeps['practices']
  isProduction: boolean
  limits: Limits
  logger: Logger
}
