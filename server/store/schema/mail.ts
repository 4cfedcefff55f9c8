/** An address whose owner wants no invitations. */
export interface MailStopTable {
  /** Of the address in the form in which addresses are compared. */
  address_hash: string
  stopped_at: number
}

/** A mail of a sandbox to somebody else than its owner: it stays here, for the page /outbox. */
export interface SandboxMailTable {
  id: string
  practice_id: string
  /** The mail as JSON, sealed: the link in it is a secret. */
  sealed: string
  created_at: number
}

/** A mail that waits for the mail server. It is deleted when the mail server has taken it. */
export interface QueuedMailTable {
  id: string
  /** The mail as JSON, sealed: the link in it is a secret. Null once it was given up. */
  sealed: string | null
  /** The id of what it is about, whose owner is told when it does not arrive: an invitation. */
  about: string | null
  created_at: number
  /** It is given up then: its link works no longer, or it was tried for long enough. */
  useful_until: number
  /** When it is tried next. Who tries it moves this on, so that nobody else does meanwhile. */
  due_at: number
  /** How many times it was begun to send. */
  attempts: number
  /** Who is sending it: a name for one attempt. */
  claim: string | null
  given_up_at: number | null
  /** The class of the last failure, without words of the mail server. */
  reason: string | null
}

/** A mail of a server without a mail server: for the page /outbox. */
export interface OutboxMailTable {
  id: string
  /** The mail as JSON, sealed: the link in it is a secret. */
  sealed: string
  created_at: number
  /** Tells mails of one process and one millisecond apart. */
  ordinal: number
}
