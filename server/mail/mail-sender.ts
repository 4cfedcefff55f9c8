import { claimDueMail } from './claimed-mail.ts'
import { sendClaimed } from './send-mail.ts'
import type { MailSenderDeps } from './sender-deps.ts'

/** Sends what waits in the queue, beside the requests. */
export interface MailSender {
  /** Looks for mails every second and whenever it is woken, until it is stopped. */
  start(): void
  /** For after this process has queued a mail. */
  wake(): void
  /** Sends everything that is due now, and resolves when nothing is under way any more. */
  sendDue(): Promise<void>
  /** Takes no more mails, and waits a little for those that are under way. */
  stop(): Promise<void>
}

/** So many mails are sent at once in each process, so that one that hangs does not hold up the others. */
const atOnce = 4
const lookEveryMs = 1000
const patienceAtStopMs = 5000

export function createMailSender(deps: MailSenderDeps): MailSender {
  const { logger } = deps
  const underWay = new Set<Promise<void>>()
  let isStopped = false
  let looking: NodeJS.Timeout | undefined
  let pumping: Promise<void> | undefined
  let hasFailed = false

  async function fill(): Promise<void> {
    while (!isStopped && underWay.size < atOnce) {
      const row = await claimDueMail(deps, () => isStopped)
      if (!row) return
      const sending: Promise<void> = sendClaimed(deps, row)
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
        // The log has it once, and not each second until the database is back.
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
      await waitForAll(underWay, patienceAtStopMs)
    },
  }
}

async function waitForAll(work: Iterable<Promise<void>>, patienceMs: number): Promise<void> {
  const patience = Promise.withResolvers<void>()
  const timer = setTimeout(patience.resolve, patienceMs)
  await Promise.race([Promise.all(work), patience.promise])
  clearTimeout(timer)
}
