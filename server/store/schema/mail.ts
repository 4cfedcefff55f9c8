/** An address whose owner wants no invitations. */
export interface MailStopTable {
  /** The hash of the address in its compared form. */
  address_hash: string
  stopped_at: number
}

/** A mail of a sandbox to somebody else than its owner. It is not sent, and the page /outbox shows it. */
export interface SandboxMailTable {
  id: string
  practice_id: string
  /** The mail as JSON, sealed: the link in it is a secret. */
  sealed: string
  created_at: number
}

/** A mail that waits for the mail server. It is deleted after the mail server has accepted it. */
export interface QueuedMailTable {
  id: string
  /** The mail as JSON, sealed: the link in it is a secret. Null once it was given up. */
  sealed: string | null
  /** The id of the invitation that the mail is about. Its practice learns of a mail that does not arrive. */
  about: string | null
  created_at: number
  /** The time when the mail is given up, because its link ends or it was tried for long enough. */
  useful_until: number
  /** The time of the next try. A process that tries it moves this time on, so that no other process tries it meanwhile. */
  due_at: number
  /** The number of tries that were begun. */
  attempts: number
  /** A name for the attempt that is sending it. */
  claim: string | null
  given_up_at: number | null
  /** The class of the last failure, without words of the mail server. */
  reason: string | null
}

/** A mail of an installation without a mail server. The page /outbox shows it. */
export interface OutboxMailTable {
  id: string
  /** The mail as JSON, sealed: the link in it is a secret. */
  sealed: string
  created_at: number
  /** Tells mails of one process and one millisecond apart. */
  ordinal: number
}
