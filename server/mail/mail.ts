import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { createSmtpTransport, reasonOf } from './smtp-transport.ts'

/** One plain-text mail. Links in it are single-use and short-lived. */
export interface Mail {
  to: string
  subject: string
  text: string
  /** Of a mail that a stranger can cause: it says how to have no more of them. */
  isStoppable?: true
  /** Added on its way: the page for people, and the address that mail programs post to (RFC 8058). */
  unsubscribe?: { page: string; oneClick: string }
}

/** Delivers mail; resolves when the next hop has accepted it. Throws `mail-unavailable`, after logging why. */
export interface Mailer {
  send(mail: Mail): Promise<void>
}

export interface OutboxMail extends Mail {
  id: string
  sentAt: Date
}

/** The development stand-in for a mail server: keeps the last hundred mails for the outbox page. */
export interface Outbox extends Mailer {
  /** Newest first. */
  list(): OutboxMail[]
}

const outboxSize = 100

/** Mails stay in this process: whoever runs the server without a mail server reads them on the outbox page. */
export function createOutbox({ clock, logger }: { clock: Clock; logger: Logger }): Outbox {
  const mails: OutboxMail[] = []
  let lastId = 0
  return {
    list: () => [...mails],
    async send(mail) {
      mails.unshift({ ...mail, text: textOf(mail), id: String(++lastId), sentAt: clock.now() })
      mails.length = Math.min(mails.length, outboxSize)
      // Neither address nor text: the links in it are secrets.
      logger.info({ mail: lastId, subject: mail.subject }, 'mail kept in the outbox')
    },
  }
}

interface SmtpDeps {
  /** smtp:// or smtps://, with user and password when the server wants them. */
  url: string
  from: string
  logger: Logger
  /** How long one step of the server's may take. */
  withinMs?: number
}

/** Hands mails to a mail server. */
export function createSmtpMailer({ url, from, logger, withinMs }: SmtpDeps): Mailer {
  const transport = createSmtpTransport({ url, from, withinMs })
  return {
    async send(mail) {
      const { to, subject } = mail
      try {
        // As an object, an address can never be read as a list of several (RFC 5322 §3.4).
        const address = { name: '', address: to }
        await transport.sendMail({ to: address, subject, text: textOf(mail), headers: headersOf(mail) })
      } catch (error) {
        logger.error({ reason: reasonOf(error) }, 'the mail server did not take a mail')
        throw new OnpatientError(
          'mail-unavailable',
          'The mail could not be sent just now. Nothing is lost; please try again in a few minutes.',
          { retryAfterSeconds: 120, cause: error },
        )
      }
    },
  }
}

function textOf({ text, unsubscribe }: Mail): string {
  if (!unsubscribe) return text
  return `${text}
You do not want such mails at this address? Here you stop them:
${unsubscribe.page}
`
}

/** RFC 2369 §3.2 and RFC 8058 §3.1: mail programs offer it beside the mail. */
function headersOf({ unsubscribe }: Mail): Record<string, string> {
  if (!unsubscribe) return {}
  return {
    'List-Unsubscribe': `<${unsubscribe.oneClick}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  }
}

export { examineMailServer } from './examine-mail-server.ts'
export { createMailCounts, type MailCounts } from './mail-counts.ts'
export { createMailStops, type MailStops, withStopLinks } from './mail-stops.ts'
export { createSandboxOutbox, type SandboxOutbox } from './sandbox-outbox.ts'
