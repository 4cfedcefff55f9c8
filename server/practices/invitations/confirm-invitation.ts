import { OnpatientError } from '../../errors.ts'
import { hashSecret } from '../../secrets.ts'
import { readBirthDate } from '../own-record.ts'
import type { PracticesDeps } from '../practices-deps.ts'
import { findInvitation } from './find-invitation.ts'
import type { Invitation } from './invitation.ts'
import { invitationEnded, maximumFailures } from './invitation-row.ts'

/**
 * Counts the try before it compares, so that parallel guesses count, too. A right date takes the count back. The count is committed by
 * itself: it must stay when the date is wrong.
 */
export async function confirmInvitation(
  deps: Pick<PracticesDeps, 'db' | 'clock' | 'records'>,
  { token, birthDate }: { token: string; birthDate: string },
): Promise<Invitation> {
  const { db } = deps
  const invitation = await findInvitation(deps, token)
  const counted = await db
    .updateTable('invitation')
    .set((eb) => ({ failed_attempts: eb('failed_attempts', '+', 1) }))
    .where('token_hash', '=', hashSecret(token))
    .where('failed_attempts', '<', maximumFailures)
    .returning('id')
    .executeTakeFirst()
  if (!invitation || !counted) throw invitationEnded()
  const { patientId, practice } = invitation
  if (birthDate === '' || birthDate !== (await readBirthDate(deps, { practiceId: practice.id, patientId })))
    throw new OnpatientError(
      'birth-date-mismatch',
      'The date of birth does not match this invitation. Check it and try again; after a few tries the invitation ends.',
      { field: 'birthDate' },
    )
  await db
    .updateTable('invitation')
    .set((eb) => ({ failed_attempts: eb('failed_attempts', '-', 1) }))
    .where('id', '=', invitation.id)
    .execute()
  return invitation
}
