import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Seals } from '../seal.ts'
import type { Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import type { Delivery } from './smtp-delivery.ts'

export interface MailSenderDeps {
  db: Db
  clock: Clock
  random: Random
  seals: Seals
  delivery: Delivery
  logger: Logger
}

export const firstPauseMs = 30_000
export const longestPauseMs = 3600_000
