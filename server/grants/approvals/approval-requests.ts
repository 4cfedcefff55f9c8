import { assertRoom } from '../../assert-room.ts'
import { OnpatientError } from '../../errors.ts'
import { newId } from '../../secrets.ts'
import type { Db } from '../../store/store.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { ApprovalRequest } from './approval.ts'
import type { ApprovalsDeps } from './approvals-deps.ts'
import { assertPractice, getBackendService } from './backend-service.ts'
import { findOpenRequest } from './list-requests.ts'

interface RequestForm {
  applicationId: string
  practiceId: string
  accountId: string
}

export async function requestApproval(deps: ApprovalsDeps, form: RequestForm): Promise<ApprovalRequest> {
  await getBackendService(deps, form.applicationId)
  await assertPractice(deps, form.practiceId)
  // Looked up, counted and added as one. The unique index approval_request_open stands behind it.
  await inTransaction(deps.db, (trx) => insertOnce(deps, trx, form))
  const made = await findOpenRequest(deps, form)
  if (!made) throw new OnpatientError('not-found', 'The request was decided in this very moment.')
  return made
}

async function insertOnce(
  { clock, random, limits }: ApprovalsDeps,
  trx: Db,
  { applicationId, practiceId, accountId }: RequestForm,
): Promise<void> {
  const open = await trx
    .selectFrom('approval_request')
    .select('id')
    .where('application_id', '=', applicationId)
    .where('practice_id', '=', practiceId)
    .where('decided_at', 'is', null)
    .executeTakeFirst()
  if (open) return
  // uses approval_request_application
  const { count } = await trx
    .selectFrom('approval_request')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('application_id', '=', applicationId)
    .where('decided_at', 'is', null)
    .executeTakeFirstOrThrow()
  assertRoom(limits, 'requestsForApproval', {
    owned: Number(count),
    advice: 'Wait until a practice has decided.',
  })
  await trx
    .insertInto('approval_request')
    .values({
      id: newId('apr', random),
      application_id: applicationId,
      practice_id: practiceId,
      requested_by: accountId,
      requested_at: clock.now().getTime(),
      decided_at: null,
    })
    .execute()
}

export async function declineRequest(
  { db, clock }: Pick<ApprovalsDeps, 'db' | 'clock'>,
  { practiceId, requestId }: { practiceId: string; requestId: string },
): Promise<void> {
  const declined = await db
    .updateTable('approval_request')
    .set({ decided_at: clock.now().getTime() })
    .where('id', '=', requestId)
    .where('practice_id', '=', practiceId)
    .where('decided_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (!declined) throw new OnpatientError('not-found', 'There is no such open request.')
}
