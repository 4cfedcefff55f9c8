import { type Limits, readLimits } from '#server/limits.ts'
import { createMailCounts, type MailCounts } from '#server/mail/mail.ts'
import type { Db } from '#server/store/store.ts'
import type { TestClock } from './start-app.ts'

/** The limits as they are by default, for modules that are put together without a server. */
export function usualLimits(db: Db, clock: TestClock): { limits: Limits; mailCounts: MailCounts } {
  const limits = readLimits({})
  const stops = { isStopped: async () => false }
  return { limits, mailCounts: createMailCounts({ db, clock, limits, stops }) }
}
