import type { MailState } from '#server/mail/mail.ts'
import type { Practice } from '../practice.ts'
import type { InvitationClaim } from './invitation-claims.ts'

/** An invitation that has not ended. */
export interface Invitation {
  id: string
  practice: Practice
  patientId: string
  email: string
  role: 'patient' | 'proxy'
  relationship: string
  /** The RelatedPerson record that stands for the invited person, when the practice chose one. */
  relatedPersonId: string | undefined
  createdAt: Date
  expiresAt: Date
  /** Set when the invitation was just made in a sandbox: its mail did not leave the server, and /outbox shows it. */
  isInOutbox?: boolean
  /** The account of another address that accepted it and waits for the practice. Only the practice sees this. */
  claim: InvitationClaim | undefined
  /** Whether its mail has reached the mail server. Only the practice sees this. */
  mail: 'sent' | MailState
}
