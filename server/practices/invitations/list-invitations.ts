import { comesAfter } from '../../store/comes-after.ts'
import type { PracticesDeps } from '../practices-deps.ts'
import type { Invitation } from './invitation.ts'
import { findClaims, type WaitingInvitation } from './invitation-claims.ts'
import { selectOpenInvitations, toInvitation } from './invitation-row.ts'

export interface InvitationPage {
  invitations: Invitation[]
  /** The id of the last invitation, after which the next page begins; undefined on the last page. */
  next: string | undefined
}

const pageSize = 50

/** One page of the open invitations, newest first. A page after an unknown id is the first one. */
export async function listInvitations(
  { db, clock, mailQueue }: Pick<PracticesDeps, 'db' | 'clock' | 'mailQueue'>,
  { practiceId, after }: { practiceId: string; after?: string | undefined },
): Promise<InvitationPage> {
  // uses invitation_list, and the primary key for the place
  const place =
    after === undefined
      ? undefined
      : await db
          .selectFrom('invitation')
          .select(['created_at as first', 'id'])
          .where('id', '=', after)
          .where('practice_id', '=', practiceId)
          .executeTakeFirst()
  const rows = await selectOpenInvitations(db, clock.now().getTime())
    .where('invitation.practice_id', '=', practiceId)
    .where(comesAfter(['invitation.created_at', 'invitation.id'], place, 'desc'))
    .orderBy('invitation.created_at', 'desc')
    .orderBy('invitation.id', 'desc')
    .limit(pageSize + 1)
    .execute()
  const shown = rows.slice(0, pageSize)
  const claims = await findClaims(db, shown)
  const mails = await mailQueue?.findStates(shown.map(({ id }) => id))
  return {
    invitations: shown.map((row) =>
      toInvitation(row, { claim: claims.get(row.id), mail: mails?.get(row.id) }),
    ),
    next: rows.length > pageSize ? shown.at(-1)?.id : undefined,
  }
}

/** More than these are not shown to the person; `hasMore` says so. */
const mostWaiting = 20

export async function listWaitingInvitations(
  { db, clock }: Pick<PracticesDeps, 'db' | 'clock'>,
  accountId: string,
): Promise<{ invitations: WaitingInvitation[]; hasMore: boolean }> {
  // uses invitation_claimed
  const rows = await selectOpenInvitations(db, clock.now().getTime())
    .where('invitation.claimed_by', '=', accountId)
    .orderBy('invitation.claimed_at')
    .orderBy('invitation.id')
    .limit(mostWaiting + 1)
    .execute()
  const invitations = rows.slice(0, mostWaiting).map((row) => ({
    practice: toInvitation(row).practice,
    claimedAt: new Date(row.claimed_at ?? 0),
  }))
  return { invitations, hasMore: rows.length > mostWaiting }
}
