import type { Db } from '../store/store.ts'

/** One plain-text mail. Links in it are single-use and short-lived. */
export interface Mail {
  to: string
  subject: string
  text: string
  /** Of a mail that a stranger can cause: it says how to have no more of them. */
  isStoppable?: true
  /** It is taken in however many wait. */
  findsRoom?: true
  /** For how long it is worth something, in ms: as long as its link works. It is not sent later. */
  usefulForMs?: number
  /** The id of what it is about, whose owner is told when it does not arrive. */
  about?: string
  /** Added on its way: the page for people, and the address that mail programs post to (RFC 8058). */
  unsubscribe?: { page: string; oneClick: string }
}

/**
 * Takes mails in. When it resolves the mail is durable, or is so with the transaction given; it leaves beside the request.
 * Throws `mail-unavailable` when too many wait and a stranger can cause it.
 */
export interface Mailer {
  send(mail: Mail, tx?: Db): Promise<void>
}
