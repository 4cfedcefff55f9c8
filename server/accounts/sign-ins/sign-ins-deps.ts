import type { Clock } from '../../clock.ts'
import type { Random } from '../../secrets.ts'
import type { Db } from '../../store/store.ts'
import type { KnownDevices } from '../known-device.ts'

const day = 24 * 3600 * 1000

/** A browser that is not used for so long is signed out. */
export const idleMs = 30 * day
/** So long after the password was given, a browser is signed out in any case. */
export const longestMs = 90 * day

export interface SignInsDeps {
  db: Db
  clock: Clock
  random: Random
  devices: KnownDevices
  /** The number of browsers in which an account may be signed in. */
  most: number
}
