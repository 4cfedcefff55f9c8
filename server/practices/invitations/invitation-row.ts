import { OnpatientError } from '../../errors.ts'
import type { InvitationTable } from '../../store/schema/practices.ts'
import type { Db } from '../../store/store.ts'
import { type PracticeColumns, practiceColumns, toPractice } from '../practice-row.ts'
import type { Invitation } from './invitation.ts'
import type { InvitationClaim } from './invitation-claims.ts'

export const invitationLifetimeMs = 14 * 24 * 3600 * 1000

/** After so many wrong dates of birth an invitation ends: 1 in 36,525 guesses is right for a person of 0 to 100 years. */
export const maximumFailures = 5

/** Invitations that have not ended, with their practice. */
export function selectOpenInvitations(db: Db, now: number) {
  return db
    .selectFrom('invitation')
    .innerJoin('practice', 'practice.id', 'invitation.practice_id')
    .selectAll('invitation')
    .select(practiceColumns)
    .where('invitation.accepted_at', 'is', null)
    .where('invitation.expires_at', '>', now)
    .where('invitation.failed_attempts', '<', maximumFailures)
}

export function toInvitation(
  row: InvitationTable & PracticeColumns,
  {
    claim,
    mail = 'sent',
  }: { claim?: InvitationClaim | undefined; mail?: Invitation['mail'] | undefined } = {},
): Invitation {
  return {
    id: row.id,
    practice: toPractice({ ...row, id: row.practice_id }),
    patientId: row.patient_id,
    email: row.email,
    role: row.role,
    relationship: row.relationship,
    relatedPersonId: row.related_person_id ?? undefined,
    createdAt: new Date(row.created_at),
    expiresAt: new Date(row.expires_at),
    claim,
    mail,
  }
}

export function invitationEnded(): OnpatientError {
  return new OnpatientError(
    'link-invalid',
    'This invitation is no longer valid. Ask the practice for a new one.',
  )
}
