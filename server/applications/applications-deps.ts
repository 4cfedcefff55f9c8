import type { Practices } from '#server/practices/practices.ts'
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'
import type { Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import type { FormLimits } from './application-form.ts'
import type { KeyLimits } from './authentication-form.ts'

export interface ApplicationsDeps {
  db: Db
  clock: Clock
  random: Random
  /** Only an account that is associated with a provider may own applications. */
  practices: Pick<Practices, 'listAssociations'>
  /** Ends all grants of an application that was removed. Called inside no transaction. */
  onRemoved(applicationId: string): Promise<void>
  /** Whether any practice has approved it as a backend service. Then a change waits for the practices that have. */
  isApproved?(applicationId: string): Promise<boolean>
  /** Outside production a developer's own machine may serve key sets over plain http. */
  allowsLoopbackHttp?: boolean
  limits: Limits
  /** Whether people may be sent back over plain http to other machines than their own. */
  allowsPlainRedirects?: boolean
}

export function keyLimitsOf({ allowsLoopbackHttp = false, limits }: ApplicationsDeps): KeyLimits {
  return { allowsLoopbackHttp, mostKeys: limits.keysOfApplication }
}

export function formLimitsOf({ allowsPlainRedirects = false, limits }: ApplicationsDeps): FormLimits {
  return { ...limits, allowsPlainRedirects }
}
