/** An invitation by which the operator lets somebody open a practice or a sandbox. */
export interface SignUpInvitationTable {
  token_hash: string
  kind: 'practice' | 'developer'
  /** The address to which it was mailed; null when it was only printed. */
  email: string | null
  created_at: number
  expires_at: number
  used_at: number | null
}

/** Scheduled work that only one process does, such as a backup. */
export interface ScheduledWorkTable {
  name: string
  /** The end of the holder's lease. The holder moves it on while it works. */
  held_until: number
  holder: string | null
  began_at: number
  succeeded_at: number | null
  failed_at: number | null
  /** The reason of the failure, without any content of a record. */
  reason: string | null
}
