import type { Clock } from '../clock.ts'
import type { Seals } from '../seal.ts'
import { newId, type Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import { openMail, sealMail } from './mail-form.ts'
import type { Mail } from './mailer.ts'
import type { OutboxMail } from './outbox.ts'

/**
 * Mails of sandboxes to other people than their owner. Everybody may open a sandbox, so it must not write to strangers. Its owner sees these
 * mails on the page /outbox. They are sealed, because the links in them are secrets.
 */
export interface SandboxOutbox {
  /** Runs within the transaction that causes the mail. */
  keep(practiceId: string, mail: Mail, tx: Db): Promise<void>
  /** Newest first. */
  list(practiceId: string): Promise<OutboxMail[]>
}

interface SandboxOutboxDeps {
  db: Db
  clock: Clock
  random: Random
  seals: Seals
  /** So many mails are kept. Older ones are deleted. */
  mostKept: number
}

export function createSandboxOutbox({
  db,
  clock,
  random,
  seals,
  mostKept,
}: SandboxOutboxDeps): SandboxOutbox {
  // uses sandbox_mail_practice
  const newestFirst = (on: Db, practiceId: string) =>
    on
      .selectFrom('sandbox_mail')
      .where('practice_id', '=', practiceId)
      .orderBy('created_at', 'desc')
      .orderBy('id')

  return {
    async keep(practiceId, mail, tx) {
      const sealed = sealMail(seals, practiceId, mail)
      await tx
        .insertInto('sandbox_mail')
        .values({
          id: newId('mail', random),
          practice_id: practiceId,
          sealed,
          created_at: clock.now().getTime(),
        })
        .execute()
      const old = await newestFirst(tx, practiceId).select('id').offset(mostKept).limit(mostKept).execute()
      const ids = old.map(({ id }) => id)
      if (ids.length > 0) await tx.deleteFrom('sandbox_mail').where('id', 'in', ids).execute()
    },
    async list(practiceId) {
      const rows = await newestFirst(db, practiceId).selectAll().limit(mostKept).execute()
      return rows.flatMap(({ id, sealed, created_at }) => {
        const mail = openMail(seals, practiceId, sealed)
        return mail ? [{ ...mail, id, sentAt: new Date(created_at) }] : []
      })
    },
  }
}
