import { textOf } from './mail-form.ts'
import type { Mail } from './mailer.ts'
import { createSmtpTransport, reasonOf } from './smtp-transport.ts'

/** Brings one mail to the next hop. Resolves when that has taken it. Throws `DeliveryError`. */
export interface Delivery {
  deliver(mail: Mail): Promise<void>
}

/** Begins the reason of a mail that the mail server refused for good. Mostly somebody has typed an address that does not exist. */
export const refusedWord = 'refused'

/** A mail was not taken. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  /** Only the class of the failure, because answers of mail servers quote addresses. */
  readonly reason: string
  /** Whether another try is of no use: the recipient or the text was refused for good (RFC 5321 §4.2.1). */
  readonly isFinal: boolean
  constructor(reason: string, { isFinal }: { isFinal: boolean }) {
    super(`the mail server did not take a mail: ${reason}`)
    this.reason = reason
    this.isFinal = isFinal
  }
}

interface SmtpDeps {
  /** smtp:// or smtps://, with user and password if the server wants them. */
  url: string
  from: string
  /** One step of the server may take so long. */
  withinMs?: number
}

/** Hands mails to a mail server. */
export function createSmtpDelivery({ url, from, withinMs }: SmtpDeps): Delivery {
  const transport = createSmtpTransport({ url, from, withinMs })
  return {
    async deliver(mail) {
      const { to, subject } = mail
      // An address in an object is never read as a list of addresses (RFC 5322 §3.4).
      const address = { name: '', address: to }
      try {
        await transport.sendMail({ to: address, subject, text: textOf(mail), headers: headersOf(mail) })
      } catch (error) {
        const reason = reasonOf(error)
        throw isFinal(error)
          ? new DeliveryError(`${refusedWord} ${reason}`, { isFinal: true })
          : new DeliveryError(reason, { isFinal: false })
      }
    },
  }
}

/** The operator has to repair a refusal before the recipient is named (sign-in, sender). The mail waits for that. */
function isFinal(error: unknown): boolean {
  const { command, responseCode = 0 } = error as { command?: string; responseCode?: number }
  return (command === 'RCPT TO' || command === 'DATA') && responseCode >= 500 && responseCode < 600
}

/** RFC 2369 §3.2 and RFC 8058 §3.1: mail programs offer to stop such mails by these headers. */
function headersOf({ unsubscribe }: Mail): Record<string, string> {
  if (!unsubscribe) return {}
  return {
    'List-Unsubscribe': `<${unsubscribe.oneClick}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  }
}
