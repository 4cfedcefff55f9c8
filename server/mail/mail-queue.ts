import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import type { Seals } from '../seal.ts'
import { newId, type Random } from '../secrets.ts'
import type { QueuedMailTable } from '../store/schema/mail.ts'
import type { Db } from '../store/store.ts'
import { sealMail } from './mail-form.ts'
import type { Mailer } from './mailer.ts'
import { refusedWord } from './smtp-delivery.ts'

/**
 * The state of a mail that the mail server has not taken: it is on its way, the mail server did not take it yet, or it was given up. A mail
 * that was taken is not in the queue any more.
 */
export type MailState = 'waiting' | 'delayed' | 'failed'

/** Figures about mail for the operator. */
export interface MailFigures {
  waiting: number
  /** For how long the oldest waiting mail has waited. */
  oldestSeconds: number
  /** Mails that were given up, for as long as that is remembered. */
  failed: number
  /** Failed mails that the mail server refused for good, for example because the address does not exist. */
  refused: number
  /** The class of the newest failure among mails that wait or were given up. */
  reason: string | undefined
}

/** Mails that wait in the database for the sender, in whichever process it runs. */
export interface MailQueue extends Mailer {
  /** The states of mails about these ids that the mail server has not taken yet, or never took. */
  findStates(about: readonly string[]): Promise<Map<string, MailState>>
  /** For after the subject of mails has ended: they are not sent any more. */
  forget(about: string): Promise<void>
  examine(): Promise<MailFigures>
  /** Forgets failures that are two weeks old. */
  sweep(): Promise<void>
}

interface MailQueueDeps {
  db: Db
  clock: Clock
  random: Random
  seals: Seals
  limits: Limits
  /** Runs after a mail was queued. Its transaction may still be open. */
  onQueued(): void
}

const hourMs = 3600 * 1000
/** As long as an invitation lives, because its practice has to see the failure. */
const rememberedMs = 14 * 24 * hourMs

export function createMailQueue({ db, clock, random, seals, limits, onQueued }: MailQueueDeps): MailQueue {
  const now = () => clock.now().getTime()

  /** Mails that strangers can cause must not fill the disk. A notice about the person's own account is never refused. */
  async function assertRoom(tx: Db): Promise<void> {
    // uses queued_mail_due
    const beyond = await tx
      .selectFrom('queued_mail')
      .select('id')
      .where('given_up_at', 'is', null)
      .offset(limits.queuedMails - 1)
      .limit(1)
      .executeTakeFirst()
    if (beyond === undefined) return
    throw new OnpatientError(
      'mail-unavailable',
      'The mail could not be queued now, because too many mails wait for the mail server. Please try again in a few minutes.',
      { retryAfterSeconds: 300 },
    )
  }

  return {
    async send(mail, tx = db) {
      if (mail.isStoppable && !mail.findsRoom) await assertRoom(tx)
      const id = newId('mail', random)
      const usefulMs = Math.min(mail.usefulForMs ?? Number.POSITIVE_INFINITY, limits.mailHours * hourMs)
      await tx
        .insertInto('queued_mail')
        .values({
          id,
          sealed: sealMail(seals, id, mail),
          about: mail.about ?? null,
          created_at: now(),
          useful_until: now() + usefulMs,
          due_at: now(),
          attempts: 0,
          claim: null,
          given_up_at: null,
          reason: null,
        })
        .execute()
      onQueued()
    },
    async findStates(about) {
      if (about.length === 0) return new Map()
      // uses queued_mail_about
      const rows = await db
        .selectFrom('queued_mail')
        .select(['about', 'given_up_at', 'reason'])
        .where('about', 'in', about)
        .execute()
      return new Map(rows.map((row) => [row.about ?? '', stateOf(row)]))
    },
    async forget(about) {
      await db.deleteFrom('queued_mail').where('about', '=', about).execute()
    },
    async examine() {
      const { waiting, oldest, failed, refused } = await db
        .selectFrom('queued_mail')
        .select((eb) => [
          eb.fn.countAll<number>().filterWhere('given_up_at', 'is', null).as('waiting'),
          eb.fn.min('created_at').filterWhere('given_up_at', 'is', null).as('oldest'),
          eb.fn.count<number>('given_up_at').as('failed'),
          eb.fn.count<number>('given_up_at').filterWhere('reason', 'like', `${refusedWord} %`).as('refused'),
        ])
        .executeTakeFirstOrThrow()
      const last = await db
        .selectFrom('queued_mail')
        .select('reason')
        .where('reason', 'is not', null)
        .orderBy('created_at', 'desc')
        .limit(1)
        .executeTakeFirst()
      const oldestMs = oldest === null ? 0 : Math.max(0, now() - Number(oldest))
      return {
        waiting: Number(waiting),
        oldestSeconds: Math.floor(oldestMs / 1000),
        failed: Number(failed),
        refused: Number(refused),
        reason: last?.reason ?? undefined,
      }
    },
    async sweep() {
      await db
        .deleteFrom('queued_mail')
        .where('given_up_at', '<=', now() - rememberedMs)
        .execute()
    },
  }
}

function stateOf({ given_up_at, reason }: Pick<QueuedMailTable, 'given_up_at' | 'reason'>): MailState {
  if (given_up_at !== null) return 'failed'
  return reason === null ? 'waiting' : 'delayed'
}
