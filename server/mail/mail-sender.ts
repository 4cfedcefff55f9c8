import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Seals } from '../seal.ts'
import { newId, type Random } from '../secrets.ts'
import type { QueuedMailTable } from '../store/schema/mail.ts'
import type { Db } from '../store/store.ts'
import { openMail } from './mail-form.ts'
import { type Delivery, DeliveryError } from './smtp-delivery.ts'

/** Sends what waits in the queue, beside the requests. */
export interface MailSender {
  /** Looks every second and whenever it is woken, until it is stopped. */
  start(): void
  /** Something was queued, by this process. */
  wake(): void
  /** Sends everything that is due now, and resolves when nothing is under way any more. */
  sendDue(): Promise<void>
  /** Takes up no more, and waits a little for what is under way. */
  stop(): Promise<void>
}

interface MailSenderDeps {
  db: Db
  clock: Clock
  random: Random
  seals: Seals
  delivery: Delivery
  logger: Logger
}

/** So many at once in each process: one that hangs does not hold up the others. */
const atOnce = 4

/**
 * For so long a mail belongs to the process that is sending it, which renews that while it does. A process that is killed in between
 * leaves it to another one after this time.
 */
const leaseMs = 60_000
const renewEveryMs = 20_000

const lookEveryMs = 1000
const patienceAtStopMs = 5000

const firstPauseMs = 30_000
const longestPauseMs = 3600_000

/** A mail during which processes die again and again does not do so for ever. */
const mostAttempts = 100

export function createMailSender(deps: MailSenderDeps): MailSender {
  const { db, clock, random, logger } = deps
  const underWay = new Set<Promise<void>>()
  let isStopped = false
  let looking: NodeJS.Timeout | undefined
  let pumping: Promise<void> | undefined
  let hasFailed = false

  const now = () => clock.now().getTime()

  /** Of several processes that see a mail one gets it: the time at which it was due is still there for the first alone. */
  async function claim(): Promise<QueuedMailTable | undefined> {
    while (!isStopped) {
      // uses queued_mail_due
      const seen = await db
        .selectFrom('queued_mail')
        .select(['id', 'due_at'])
        .where('given_up_at', 'is', null)
        .where((eb) =>
          eb.or([
            eb('due_at', '<=', now()),
            // It was put off when the clock was ahead.
            eb('due_at', '>', now() + longestPauseMs + leaseMs),
          ]),
        )
        .orderBy('due_at')
        .limit(1)
        .executeTakeFirst()
      if (!seen) return undefined
      const taken = await db
        .updateTable('queued_mail')
        .set((eb) => ({
          claim: newId('mail', random),
          due_at: now() + leaseMs,
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

  /** Nothing when the mail belongs to somebody else by now. */
  const ours = ({ id, claim: name }: QueuedMailTable) => ({
    update: () => db.updateTable('queued_mail').where('id', '=', id).where('claim', '=', name),
    delete: () => db.deleteFrom('queued_mail').where('id', '=', id).where('claim', '=', name),
  })

  async function send(row: QueuedMailTable): Promise<void> {
    const renew = () => {
      void ours(row)
        .update()
        .set({ due_at: now() + leaseMs })
        .execute()
        .catch((error: unknown) =>
          logger.warn({ err: error, mail: row.id }, 'a mail could not be held on to'),
        )
    }
    const renewing = setInterval(renew, renewEveryMs).unref()
    try {
      const failure = await attempt(row)
      clearInterval(renewing)
      if (failure) await putOff(row, failure)
      else {
        await ours(row).delete().execute()
        logger.info({ mail: row.id, attempts: row.attempts }, 'the mail server took a mail')
      }
    } finally {
      clearInterval(renewing)
    }
  }

  async function attempt(row: QueuedMailTable): Promise<DeliveryError | undefined> {
    const mail = row.sealed === null ? undefined : openMail(deps.seals, row.id, row.sealed)
    if (!mail) return new DeliveryError('it does not open with the key of this server', true)
    if (row.useful_until <= now()) return new DeliveryError(row.reason ?? 'it waited for too long', true)
    try {
      await deps.delivery.deliver(mail)
      return undefined
    } catch (error) {
      return error instanceof DeliveryError ? error : new DeliveryError('unknown', false)
    }
  }

  async function putOff(row: QueuedMailTable, { reason, isFinal }: DeliveryError): Promise<void> {
    const { id, attempts, useful_until } = row
    const due_at = now() + Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs)
    if (isFinal || due_at >= useful_until || attempts >= mostAttempts) {
      // The link in it must not wait here for nothing.
      const rest = { claim: null, sealed: null, given_up_at: now(), reason }
      await ours(row).update().set(rest).execute()
      logger.error({ mail: id, attempts, reason }, 'a mail was given up')
      return
    }
    await ours(row).update().set({ claim: null, due_at, reason }).execute()
    const inSeconds = Math.round((due_at - now()) / 1000)
    logger.warn(
      { mail: id, attempts, reason, inSeconds },
      'the mail server did not take a mail: it is tried again',
    )
  }

  async function fill(): Promise<void> {
    while (!isStopped && underWay.size < atOnce) {
      const row = await claim()
      if (!row) return
      const sending: Promise<void> = send(row)
        .catch((error: unknown) =>
          logger.warn({ err: error, mail: row.id }, 'what became of a mail was not noted'),
        )
        .finally(() => {
          underWay.delete(sending)
          wake()
        })
      underWay.add(sending)
    }
  }

  function pump(): Promise<void> {
    pumping ??= fill().finally(() => {
      pumping = undefined
    })
    return pumping
  }

  function wake(): void {
    if (looking === undefined || isStopped) return
    pump().then(
      () => {
        hasFailed = false
      },
      (error: unknown) => {
        // Once, and not each second until the database is back.
        if (!hasFailed) logger.warn({ err: error }, 'looking for mails to send failed')
        hasFailed = true
      },
    )
  }

  return {
    wake,
    start() {
      looking = setInterval(wake, lookEveryMs).unref()
      wake()
    },
    async sendDue() {
      await pump()
      while (underWay.size > 0) {
        await Promise.all(underWay)
        await pump()
      }
    },
    async stop() {
      isStopped = true
      clearInterval(looking)
      await pumping?.catch(() => undefined)
      const patience = Promise.withResolvers<void>()
      const timer = setTimeout(patience.resolve, patienceAtStopMs)
      await Promise.race([Promise.all(underWay), patience.promise])
      clearTimeout(timer)
    },
  }
}
