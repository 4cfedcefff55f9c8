import { coversScope, parseClinicalScope } from '#fhir/scope/scope.ts'
import type { Application } from '#server/applications/applications.ts'
import { assertRoom } from '../../assert-room.ts'
import { OnpatientError } from '../../errors.ts'
import { newId } from '../../secrets.ts'
import type { Approval, ApprovalForm } from './approval.ts'
import type { ApprovalsDeps } from './approvals-deps.ts'
import { assertPractice, getBackendService, systemScopesOf } from './backend-service.ts'
import { countOtherApproved, findApprovals } from './list-approvals.ts'

export async function approve(deps: ApprovalsDeps, form: ApprovalForm): Promise<Approval> {
  const { applicationId, practiceId, scopes } = form
  const application = await getBackendService(deps, applicationId)
  await assertPractice(deps, practiceId)
  const approved = chooseScopes(application, scopes)
  assertRoom(deps.limits, 'approvalsOfPractice', {
    owned: await countOtherApproved(deps, form),
    advice: 'End the approval of one that is no longer used.',
  })
  await insertApproval(deps, form, approved)
  // The last approval counts, also when two came at the same moment: both requests see the same last one.
  const given = await findApprovals(deps, form)
  const approval = given.pop()
  for (const older of given) await deps.grants.endByEngine(older.id, 'the practice approved anew')
  if (!approval) throw new OnpatientError('not-found', 'The approval was ended in this very moment.')
  return approval
}

/** Decides the request, if there is one, and gives the grant. */
async function insertApproval(
  { db, clock, random }: ApprovalsDeps,
  { applicationId, practiceId, accountId }: ApprovalForm,
  scopes: readonly string[],
): Promise<void> {
  const now = clock.now().getTime()
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('approval_request')
      .set({ decided_at: now })
      .where('decided_at', 'is', null)
      .where('application_id', '=', applicationId)
      .where('practice_id', '=', practiceId)
      .execute()
    await trx
      .insertInto('grant')
      .values({
        id: newId('gr', random),
        account_id: accountId,
        application_id: applicationId,
        scopes: scopes.join(' '),
        created_at: now,
        expires_at: null,
        ended_at: null,
        end_reason: null,
        last_used_at: null,
        practice_id: practiceId,
      })
      .execute()
  })
}

function chooseScopes(application: Application, wanted: string[] | undefined): string[] {
  const registered = systemScopesOf(application.scopes)
  if (wanted === undefined || wanted.length === 0) return registered
  const foreign = wanted.find((scope) => !isAllowedBy(scope, registered))
  if (foreign === undefined) return wanted
  throw new OnpatientError(
    'scope-invalid',
    `"${foreign.slice(0, 100)}" is not among what ${application.name} is registered for: ${registered.join(' ')}.`,
    { field: 'scopes' },
  )
}

/** Whether one of the scopes `by` gives at least what this scope gives. */
export function isAllowedBy(scope: string, by: readonly string[]): boolean {
  const inner = parseClinicalScope(scope)
  return by.some((text) => {
    const outer = parseClinicalScope(text)
    return inner !== undefined && outer !== undefined && coversScope(outer, inner)
  })
}
