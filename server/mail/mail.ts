/** One plain-text mail. Links in it are single-use and short-lived. */
export interface Mail {
  to: string
  subject: string
  text: string
}

/** Delivers mail; resolves when the next hop has accepted it. */
export interface Mailer {
  send(mail: Mail): Promise<void>
}

export interface OutboxMail extends Mail {
  id: number
  sentAt: Date
}

/** The development stand-in for a mail server: keeps the last hundred mails for the outbox page. */
export interface Outbox extends Mailer {
  /** Newest first. */
  list(): OutboxMail[]
}
