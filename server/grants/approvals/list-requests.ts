import { comesAfter } from '../../store/comes-after.ts'
import type { Db } from '../../store/store.ts'
import type { ApprovalPage, ApprovalRequest, ApprovalsWhere } from './approval.ts'
import { approvalPageSize, toPage } from './approval-page.ts'
import { systemScopesOf } from './backend-service.ts'

/** Open requests, with the names that people read. Uses approval_request_practice, or approval_request_application. */
function selectRequests(db: Db) {
  return db
    .selectFrom('approval_request')
    .innerJoin('application', 'application.id', 'approval_request.application_id')
    .innerJoin('practice', 'practice.id', 'approval_request.practice_id')
    .innerJoin('account', 'account.id', 'approval_request.requested_by')
    .select([
      'approval_request.id',
      'approval_request.application_id',
      'approval_request.practice_id',
      'approval_request.requested_at',
      'application.name as application_name',
      'application.scopes',
      'practice.name as practice_name',
      'account.display_name as requested_by',
    ])
    .where('approval_request.decided_at', 'is', null)
    .where('application.deleted_at', 'is', null)
    .orderBy('approval_request.requested_at')
    .orderBy('approval_request.id')
}

type RequestRow = Awaited<ReturnType<ReturnType<typeof selectRequests>['execute']>>[number]

/** A page after an unknown id is the first one. */
export async function listRequests(
  { db }: { db: Db },
  where: ApprovalsWhere,
  after?: string,
): Promise<ApprovalPage<ApprovalRequest>> {
  const place =
    after === undefined
      ? undefined
      : await db
          .selectFrom('approval_request')
          .select(['requested_at as first', 'id'])
          .where('id', '=', after)
          .executeTakeFirst()
  const [column, value] =
    'practiceId' in where
      ? (['approval_request.practice_id', where.practiceId] as const)
      : (['approval_request.application_id', where.applicationId] as const)
  const rows = await selectRequests(db)
    .where(column, '=', value)
    .where(comesAfter(['approval_request.requested_at', 'approval_request.id'], place))
    .limit(approvalPageSize + 1)
    .execute()
  return toPage(rows, toRequest)
}

export async function findOpenRequest(
  { db }: { db: Db },
  { applicationId, practiceId }: { applicationId: string; practiceId: string },
): Promise<ApprovalRequest | undefined> {
  // uses approval_request_open, which is unique
  const row = await selectRequests(db)
    .where('approval_request.application_id', '=', applicationId)
    .where('approval_request.practice_id', '=', practiceId)
    .executeTakeFirst()
  return row && toRequest(row)
}

function toRequest(row: RequestRow): ApprovalRequest {
  return {
    id: row.id,
    applicationId: row.application_id,
    applicationName: row.application_name,
    practiceId: row.practice_id,
    practiceName: row.practice_name,
    scopes: systemScopesOf(row.scopes.split(' ')),
    requestedBy: row.requested_by,
    requestedAt: new Date(row.requested_at),
  }
}
