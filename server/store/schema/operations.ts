/** By which whoever runs the server lets somebody open a practice, or a sandbox. */
export interface SignUpInvitationTable {
  token_hash: string
  kind: 'practice' | 'developer'
  /** Where it was mailed to; null when it was only printed. */
  email: string | null
  created_at: number
  expires_at: number
  used_at: number | null
}

/** Work that one process of all does at its time, such as a backup. */
export interface ScheduledWorkTable {
  name: string
  /** Until then it belongs to its holder, who moves this on while it works. */
  held_until: number
  holder: string | null
  began_at: number
  succeeded_at: number | null
  failed_at: number | null
  /** Why it failed, in words without anything of a record. */
  reason: string | null
}
