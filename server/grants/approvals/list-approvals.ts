import { comesAfter } from '../../store/comes-after.ts'
import type { Db } from '../../store/store.ts'
import type { Approval, ApprovalPage, ApprovalsWhere } from './approval.ts'
import { approvalPageSize, toPage } from './approval-page.ts'

/** Approvals in force, with the names that people read. Uses grant_practice, or grant_application. */
function selectApprovals(db: Db) {
  return db
    .selectFrom('grant')
    .innerJoin('application', 'application.id', 'grant.application_id')
    .innerJoin('practice', 'practice.id', 'grant.practice_id')
    .innerJoin('account', 'account.id', 'grant.account_id')
    .select([
      'grant.id',
      'grant.application_id',
      'practice.id as practice_id',
      'grant.scopes',
      'grant.created_at',
      'grant.last_used_at',
      'application.name as application_name',
      'practice.name as practice_name',
      'account.display_name as approved_by',
    ])
    .where('grant.ended_at', 'is', null)
    .where('application.deleted_at', 'is', null)
    .orderBy('grant.created_at')
    .orderBy('grant.id')
}

type ApprovalRow = Awaited<ReturnType<ReturnType<typeof selectApprovals>['execute']>>[number]

/** A page after an unknown id is the first one. */
export async function listApprovals(
  { db }: { db: Db },
  where: ApprovalsWhere,
  after?: string,
): Promise<ApprovalPage<Approval>> {
  const place =
    after === undefined
      ? undefined
      : await db
          .selectFrom('grant')
          .select(['created_at as first', 'id'])
          .where('id', '=', after)
          .executeTakeFirst()
  const [column, value] =
    'practiceId' in where
      ? (['grant.practice_id', where.practiceId] as const)
      : (['grant.application_id', where.applicationId] as const)
  const rows = await selectApprovals(db)
    .where(column, '=', value)
    .where(comesAfter(['grant.created_at', 'grant.id'], place))
    .limit(approvalPageSize + 1)
    .execute()
  return toPage(rows, toApproval)
}

/** The approvals of one application by one practice. There is one, except while it is being replaced. */
export async function findApprovals(
  { db }: { db: Db },
  { practiceId, applicationId }: { practiceId: string; applicationId: string },
): Promise<Approval[]> {
  const rows = await selectApprovals(db)
    .where('grant.practice_id', '=', practiceId)
    .where('grant.application_id', '=', applicationId)
    .limit(100)
    .execute()
  return rows.map(toApproval)
}

export async function findApproval(
  { db }: { db: Db },
  { practiceId, approvalId }: { practiceId: string; approvalId: string },
): Promise<Approval | undefined> {
  // uses the primary key
  const row = await selectApprovals(db)
    .where('grant.id', '=', approvalId)
    .where('grant.practice_id', '=', practiceId)
    .executeTakeFirst()
  return row && toApproval(row)
}

/** How many other applications the practice has approved. */
export async function countOtherApproved(
  { db }: { db: Db },
  { practiceId, applicationId }: { practiceId: string; applicationId: string },
): Promise<number> {
  // uses grant_practice
  const row = await db
    .selectFrom('grant')
    .innerJoin('application', 'application.id', 'grant.application_id')
    .select((eb) => eb.fn.count<number>('grant.application_id').distinct().as('count'))
    .where('grant.practice_id', '=', practiceId)
    .where('grant.application_id', '!=', applicationId)
    .where('grant.ended_at', 'is', null)
    .where('application.deleted_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export async function hasApprovals({ db }: { db: Db }, applicationId: string): Promise<boolean> {
  // uses grant_application
  const row = await db
    .selectFrom('grant')
    .select('id')
    .where('application_id', '=', applicationId)
    .where('practice_id', 'is not', null)
    .where('ended_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

function toApproval({ created_at, last_used_at, scopes, ...row }: ApprovalRow): Approval {
  return {
    id: row.id,
    applicationId: row.application_id,
    applicationName: row.application_name,
    practiceId: row.practice_id,
    practiceName: row.practice_name,
    scopes: scopes.split(' '),
    approvedBy: row.approved_by,
    approvedAt: new Date(created_at),
    lastUsedAt: last_used_at === null ? undefined : new Date(last_used_at),
  }
}
