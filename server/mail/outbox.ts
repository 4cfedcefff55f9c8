import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Seals } from '../seal.ts'
import { newId, type Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import { openMail, sealMail, textOf } from './mail-form.ts'
import type { Mail, Mailer } from './mailer.ts'

export interface OutboxMail extends Mail {
  id: string
  sentAt: Date
}

/** Replaces a mail server: keeps the last hundred mails, and shows them on the outbox page of all processes. */
export interface Outbox extends Mailer {
  /** Newest first. */
  list(): Promise<OutboxMail[]>
}

interface OutboxDeps {
  db: Db
  clock: Clock
  random: Random
  seals: Seals
  logger: Logger
}

const mostKept = 100

/** Sealed mails stay in the database. The operator of a server without a mail server reads them on the outbox page. */
export function createOutbox({ db, clock, random, seals, logger }: OutboxDeps): Outbox {
  let lastOrdinal = 0
  // uses outbox_mail_newest
  const newestFirst = (on: Db) =>
    on.selectFrom('outbox_mail').orderBy('created_at', 'desc').orderBy('ordinal', 'desc')

  return {
    async list() {
      const rows = await newestFirst(db).selectAll().limit(mostKept).execute()
      return rows.flatMap(({ id, sealed, created_at }) => {
        const mail = openMail(seals, id, sealed)
        return mail ? [{ ...mail, text: textOf(mail), id, sentAt: new Date(created_at) }] : []
      })
    },
    async send(mail, tx = db) {
      const id = newId('mail', random)
      const created_at = clock.now().getTime()
      const row = { id, sealed: sealMail(seals, id, mail), created_at, ordinal: ++lastOrdinal }
      await tx.insertInto('outbox_mail').values(row).execute()
      const old = await newestFirst(tx).select('id').offset(mostKept).limit(mostKept).execute()
      const ids = old.map((each) => each.id)
      if (ids.length > 0) await tx.deleteFrom('outbox_mail').where('id', 'in', ids).execute()
      // The log gets neither the address nor the text, because the links in it are secrets.
      logger.info({ mail: id, subject: mail.subject }, 'mail kept in the outbox')
    },
  }
}
