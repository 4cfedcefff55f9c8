import { hashSecret } from '../../secrets.ts'
import type { PracticesDeps } from '../practices-deps.ts'
import type { Invitation } from './invitation.ts'
import { selectOpenInvitations, toInvitation } from './invitation-row.ts'

export async function findInvitation(
  { db, clock }: Pick<PracticesDeps, 'db' | 'clock'>,
  token: string,
): Promise<Invitation | undefined> {
  // uses the unique index on token_hash
  const row = await selectOpenInvitations(db, clock.now().getTime())
    .where('invitation.token_hash', '=', hashSecret(token))
    .where('invitation.claimed_by', 'is', null)
    .executeTakeFirst()
  return row && toInvitation(row)
}
