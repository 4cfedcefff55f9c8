import { newId } from '../secrets.ts'
import type { QueuedMailTable } from '../store/schema/mail.ts'
import type { Db } from '../store/store.ts'
import { longestPauseMs, type MailSenderDeps } from './sender-deps.ts'

/**
 * For so long a mail belongs to the process that is sending it, which renews the lease while it does. When the process is killed,
 * another one takes the mail after this time.
 */
const leaseMs = 60_000
const renewEveryMs = 20_000

type ClaimDeps = Pick<MailSenderDeps, 'db' | 'clock' | 'random'>

/**
 * Takes the mail that is due first. When several processes see the same mail, one of them gets it: only the first finds the time at which
 * it was due unchanged. Undefined when no mail is due, or when `isStopped` says so.
 */
export async function claimDueMail(
  { db, clock, random }: ClaimDeps,
  isStopped: () => boolean,
): Promise<QueuedMailTable | undefined> {
  while (!isStopped()) {
    const now = clock.now().getTime()
    const seen = await findDue(db, now)
    if (!seen) return undefined
    const taken = await db
      .updateTable('queued_mail')
      .set((eb) => ({
        claim: newId('mail', random),
        due_at: now + leaseMs,
        attempts: eb('attempts', '+', 1),
      }))
      .where('id', '=', seen.id)
      .where('due_at', '=', seen.due_at)
      .returningAll()
      .executeTakeFirst()
    if (taken) return taken
  }
  return undefined
}

function findDue(db: Db, now: number) {
  // uses queued_mail_due
  return db
    .selectFrom('queued_mail')
    .select(['id', 'due_at'])
    .where('given_up_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('due_at', '<=', now),
        // The mail was put off when the clock was ahead.
        eb('due_at', '>', now + longestPauseMs + leaseMs),
      ]),
    )
    .orderBy('due_at')
    .limit(1)
    .executeTakeFirst()
}

/** Changes a claimed mail. Nothing changes when the mail belongs to another process by now. */
export function updateClaimed(db: Db, { id, claim }: QueuedMailTable) {
  return db.updateTable('queued_mail').where('id', '=', id).where('claim', '=', claim)
}

export async function deleteClaimed(db: Db, { id, claim }: QueuedMailTable): Promise<void> {
  await db.deleteFrom('queued_mail').where('id', '=', id).where('claim', '=', claim).execute()
}

/** Renews the lease of a mail until the returned function is called. */
export function keepClaim(
  { db, clock, logger }: Pick<MailSenderDeps, 'db' | 'clock' | 'logger'>,
  row: QueuedMailTable,
): () => void {
  const renew = () => {
    void updateClaimed(db, row)
      .set({ due_at: clock.now().getTime() + leaseMs })
      .execute()
      .catch((error: unknown) => logger.warn({ err: error, mail: row.id }, 'a mail could not be held on to'))
  }
  const renewing = setInterval(renew, renewEveryMs).unref()
  return () => clearInterval(renewing)
}
