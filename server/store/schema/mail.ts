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
