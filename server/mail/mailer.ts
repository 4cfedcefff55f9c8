import type { Db } from '../store/store.ts'

/** One plain-text mail. Links in it are single-use and short-lived. */
export interface Mail {
  to: string
  subject: string
  text: string
  /** Set for a mail that a stranger can cause. It says how to stop such mails. */
  isStoppable?: true
  /** The queue takes it however many mails wait. */
  findsRoom?: true
  /** The time in which the mail is of use, in ms: as long as its link works. It is not sent later. */
  usefulForMs?: number
  /** The id of the thing that it is about. Its owner sees when the mail does not arrive. */
  about?: string
  /** Added on the way out: the page for people, and the address to which mail programs post (RFC 8058). */
  unsubscribe?: { page: string; oneClick: string }
}

/**
 * Takes mails for sending. When it resolves, the mail is durable, or becomes durable with the given transaction. It leaves the server beside
 * the request. Throws `mail-unavailable` for a mail that a stranger can cause, when too many mails wait.
 */
export interface Mailer {
  send(mail: Mail, tx?: Db): Promise<void>
}
