import type { Random } from '../../secrets.ts'
import type { Account } from '../account.ts'
import type { KnownDevices } from '../known-device.ts'
import type { Throttle } from '../throttle.ts'
import type { FactorsDeps } from './factors-deps.ts'

export interface SecondStepDeps extends FactorsDeps {
  random: Random
  throttle: Throttle
  devices: KnownDevices
  find(accountId: string): Promise<Account | undefined>
  hasFactor(accountId: string): Promise<boolean>
}
