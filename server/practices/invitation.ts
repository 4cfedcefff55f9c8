import type { MailState } from '#server/mail/mail.ts'
import type { InvitationClaim } from './invitation-claims.ts'
import type { Practice } from './practice.ts'

/** An invitation that has not ended. */
export interface Invitation {
  id: string
  practice: Practice
  patientId: string
  email: string
  role: 'patient' | 'proxy'
  relationship: string
  /** The RelatedPerson record of the patient that the invited person is, when the practice chose one. */
  relatedPersonId: string | undefined
  createdAt: Date
  expiresAt: Date
  /** Of one that was just made in a sandbox: its mail did not leave, and is shown on /outbox. */
  isInOutbox?: boolean
  /** Who accepted it with another address than the invited one, and waits for the practice; told to the practice alone. */
  claim: InvitationClaim | undefined
  /** Whether its mail has reached the mail server; told to the practice alone. */
  mail: 'sent' | MailState
}
