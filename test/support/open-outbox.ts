import { createLogger } from '#server/logger.ts'
import { createOutbox, type Outbox } from '#server/mail/mail.ts'
import { createSeals } from '#server/seal.ts'
import { systemRandom } from '#server/secrets.ts'
import type { Db } from '#server/store/store.ts'
import type { TestClock } from './start-app.ts'

/** The outbox as a server without a mail server has it, for modules that are put together without a server. */
export function openOutbox(db: Db, clock: TestClock): Outbox {
  const seals = createSeals('k'.repeat(43), 'mail', systemRandom)
  return createOutbox({ db, clock, random: systemRandom, seals, logger: createLogger('silent') })
}
