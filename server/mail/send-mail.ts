import type { QueuedMailTable } from '../store/schema/mail.ts'
import { deleteClaimed, keepClaim, updateClaimed } from './claimed-mail.ts'
import { openMail } from './mail-form.ts'
import { firstPauseMs, longestPauseMs, type MailSenderDeps } from './sender-deps.ts'
import { DeliveryError } from './smtp-delivery.ts'

/** After so many attempts a mail is given up, so that a mail during which processes die does not come back for ever. */
const mostAttempts = 100

/** Sends a claimed mail: it is gone then, put off, or given up. */
export async function sendClaimed(deps: MailSenderDeps, row: QueuedMailTable): Promise<void> {
  const stopKeeping = keepClaim(deps, row)
  try {
    const failure = await attempt(deps, row)
    stopKeeping()
    if (failure) await putOff(deps, row, failure)
    else {
      await deleteClaimed(deps.db, row)
      deps.logger.info({ mail: row.id, attempts: row.attempts }, 'the mail server took a mail')
    }
  } finally {
    stopKeeping()
  }
}

async function attempt(
  { clock, seals, delivery }: MailSenderDeps,
  row: QueuedMailTable,
): Promise<DeliveryError | undefined> {
  const mail = row.sealed === null ? undefined : openMail(seals, row.id, row.sealed)
  if (!mail) return new DeliveryError('it does not open with the key of this server', { isFinal: true })
  if (row.useful_until <= clock.now().getTime())
    return new DeliveryError(row.reason ?? 'it waited for too long', { isFinal: true })
  try {
    await delivery.deliver(mail)
    return undefined
  } catch (error) {
    return error instanceof DeliveryError ? error : new DeliveryError('unknown', { isFinal: false })
  }
}

async function putOff(
  { db, clock, logger }: MailSenderDeps,
  row: QueuedMailTable,
  { reason, isFinal }: DeliveryError,
): Promise<void> {
  const { id, attempts, useful_until } = row
  const now = clock.now().getTime()
  const due_at = now + Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs)
  if (isFinal || due_at >= useful_until || attempts >= mostAttempts) {
    // The sealed mail goes, because its link must not wait here for nothing.
    const rest = { claim: null, sealed: null, given_up_at: now, reason }
    await updateClaimed(db, row).set(rest).execute()
    logger.error({ mail: id, attempts, reason }, 'a mail was given up')
    return
  }
  await updateClaimed(db, row).set({ claim: null, due_at, reason }).execute()
  const inSeconds = Math.round((due_at - now) / 1000)
  logger.warn(
    { mail: id, attempts, reason, inSeconds },
    'the mail server did not take a mail: it is tried again',
  )
}
