import { OnpatientError } from '../../errors.ts'
import type { Db } from '../../store/store.ts'
import type { Practice } from '../practice.ts'

/**
 * Somebody accepted an invitation with an account of another address. The practice has to confirm that this is the invited person.
 */
export interface InvitationClaim {
  accountId: string
  email: string
  displayName: string
  claimedAt: Date
}

/** What the person sees of such an invitation. */
export interface WaitingInvitation {
  practice: Practice
  claimedAt: Date
}

/**
 * Notes the account in the invitation, so that nobody else can accept it. The practice can confirm until `until`. False when somebody
 * else was faster.
 */
export async function claim(
  db: Db,
  { invitationId, accountId }: { invitationId: string; accountId: string },
  { now, until }: { now: number; until: number },
): Promise<boolean> {
  const claimed = await db
    .updateTable('invitation')
    .set({ claimed_by: accountId, claimed_at: now, expires_at: until })
    .where('id', '=', invitationId)
    .where('claimed_by', 'is', null)
    .where('accepted_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('id')
    .executeTakeFirst()
  return claimed !== undefined
}

/** Marks a claimed invitation of the practice as accepted. This works once. Throws `not-found`. */
export async function takeUpClaim(
  db: Db,
  { practiceId, invitationId }: { practiceId: string; invitationId: string },
  now: number,
) {
  const row = await db
    .updateTable('invitation')
    .set({ accepted_at: now })
    .where('id', '=', invitationId)
    .where('practice_id', '=', practiceId)
    .where('claimed_by', 'is not', null)
    .where('accepted_at', 'is', null)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst()
  if (row?.claimed_by) return { ...row, claimed_by: row.claimed_by }
  throw new OnpatientError('not-found', 'Nobody waits with this invitation any more.')
}

/** The claims of these invitations, by the id of the invitation. */
export async function findClaims(
  db: Db,
  rows: ReadonlyArray<{ id: string; claimed_by: string | null; claimed_at: number | null }>,
): Promise<Map<string, InvitationClaim>> {
  const claimed = rows.flatMap(({ id, claimed_by, claimed_at }) =>
    claimed_by === null ? [] : [{ id, accountId: claimed_by, claimedAt: new Date(claimed_at ?? 0) }],
  )
  if (claimed.length === 0) return new Map()
  const accounts = await db
    .selectFrom('account')
    .select(['id', 'email', 'display_name'])
    .where('id', 'in', [...new Set(claimed.map(({ accountId }) => accountId))])
    .execute()
  const byId = new Map(accounts.map((account) => [account.id, account]))
  return new Map(
    claimed.flatMap(({ id, accountId, claimedAt }) => {
      const account = byId.get(accountId)
      if (!account) return []
      const { email, display_name: displayName } = account
      return [[id, { accountId, email, displayName, claimedAt }]]
    }),
  )
}
