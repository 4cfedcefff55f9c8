import { OnpatientError } from '../../errors.ts'
import type { PracticesDeps } from '../practices-deps.ts'
import { maximumFailures } from './invitation-row.ts'

export async function endInvitation(
  { db, clock, mailQueue }: Pick<PracticesDeps, 'db' | 'clock' | 'mailQueue'>,
  { practiceId, invitationId }: { practiceId: string; invitationId: string },
): Promise<void> {
  const now = clock.now().getTime()
  const ended = await db
    .updateTable('invitation')
    .set({ expires_at: now })
    .where('id', '=', invitationId)
    .where('practice_id', '=', practiceId)
    .where('accepted_at', 'is', null)
    .where('expires_at', '>', now)
    .where('failed_attempts', '<', maximumFailures)
    .returning('id')
    .executeTakeFirst()
  if (!ended) throw new OnpatientError('not-found', 'There is no such open invitation of this practice.')
  await mailQueue?.forget(invitationId)
}
