import type { Clock } from '../clock.ts'
import type { Db } from '../store/store.ts'
import { reusedReason } from './end-reasons.ts'

/** A grant that ended because a code or a refresh token came twice. */
export interface EndedByReuse {
  id: string
  endedAt: Date
  applicationId: string
  applicationName: string
}

const mostShown = 20

/** The newest first, 20 at most; `hasMore` says that there are more. */
export async function listEndedByReuse(
  { db }: { db: Db; clock: Clock },
  { accountId, since }: { accountId: string; since: Date },
): Promise<{ grants: EndedByReuse[]; hasMore: boolean }> {
  // uses grant_account
  const rows = await db
    .selectFrom('grant')
    .innerJoin('application', 'application.id', 'grant.application_id')
    .select(['grant.id', 'grant.ended_at', 'grant.application_id', 'application.name'])
    .where('grant.account_id', '=', accountId)
    .where('grant.ended_at', '>', since.getTime())
    .where('grant.end_reason', '=', reusedReason)
    .orderBy('grant.ended_at', 'desc')
    .limit(mostShown + 1)
    .execute()
  const grants = rows.slice(0, mostShown).map((row) => ({
    id: row.id,
    endedAt: new Date(row.ended_at ?? 0),
    applicationId: row.application_id,
    applicationName: row.name,
  }))
  return { grants, hasMore: rows.length > mostShown }
}
