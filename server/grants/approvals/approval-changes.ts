import type { ApplicationChange } from '#server/applications/applications.ts'
import { OnpatientError } from '../../errors.ts'
import { comesAfter } from '../../store/comes-after.ts'
import type { Db } from '../../store/store.ts'
import type { ApprovalPage, ChangeOfApproved } from './approval.ts'
import { approvalPageSize, toPage } from './approval-page.ts'
import type { ApprovalsDeps } from './approvals-deps.ts'
import { systemScopesOf } from './backend-service.ts'
import { findApprovals } from './list-approvals.ts'

type ChangeDeps = Pick<ApprovalsDeps, 'db' | 'applications'>

/** Changes that wait, of applications that the practice has approved. Uses grant_practice, then the primary key. */
function selectChanges(db: Db, practiceId: string) {
  return db
    .selectFrom('application_change')
    .select(['application_change.id', 'application_change.application_id'])
    .where((eb) =>
      eb(
        'application_change.application_id',
        'in',
        eb
          .selectFrom('grant')
          .select('grant.application_id')
          .where('grant.practice_id', '=', practiceId)
          .where('grant.ended_at', 'is', null),
      ),
    )
}

/** Oldest first. A page after an unknown id is the first one. */
export async function listChanges(
  { db, applications }: ChangeDeps,
  practiceId: string,
  after?: string,
): Promise<ApprovalPage<ChangeOfApproved>> {
  const place =
    after === undefined
      ? undefined
      : await db
          .selectFrom('application_change')
          .select(['requested_at as first', 'id'])
          .where('id', '=', after)
          .executeTakeFirst()
  const rows = await selectChanges(db, practiceId)
    .where(comesAfter(['application_change.requested_at', 'application_change.id'], place))
    .orderBy('application_change.requested_at')
    .orderBy('application_change.id')
    .limit(approvalPageSize + 1)
    .execute()
  const { entries, next } = toPage(rows, (row) => row)
  const found = await Promise.all(entries.map((each) => applications.changes.find(each.application_id)))
  // A change may have been decided between the two statements.
  const changes = found.flatMap((change) => (change ? [ofPractice(change, practiceId)] : []))
  return { entries: changes, next }
}

const mostWaitedFor = 20

export async function listWaitedFor(
  { db }: Pick<ApprovalsDeps, 'db'>,
  applicationId: string,
): Promise<{ practiceNames: string[]; hasMore: boolean }> {
  const rows = await selectNotAgreed(db, applicationId)
    .innerJoin('practice', 'practice.id', 'grant.practice_id')
    .select('practice.name')
    .orderBy('grant.created_at')
    .orderBy('grant.id')
    .limit(mostWaitedFor + 1)
    .execute()
  return {
    practiceNames: rows.slice(0, mostWaitedFor).map(({ name }) => name),
    hasMore: rows.length > mostWaitedFor,
  }
}

export async function acceptChange(
  deps: ChangeDeps,
  { practiceId, changeId, accountId }: { practiceId: string; changeId: string; accountId: string },
): Promise<void> {
  const change = await getChange(deps, { practiceId, changeId })
  await deps.applications.changes.agree(change, { practiceId, accountId })
  await approveAdded(deps, change, practiceId)
  await applyWhenAgreed(deps, change.applicationId)
}

export async function refuseChange(
  deps: ChangeDeps,
  change: { practiceId: string; changeId: string },
): Promise<void> {
  await deps.applications.changes.drop(await getChange(deps, change))
}

/** Two practices may agree at the same moment: each looks after it has agreed, and the second finds the change applied. */
export async function applyWhenAgreed(
  { db, applications }: ChangeDeps,
  applicationId: string,
): Promise<void> {
  const change = await applications.changes.find(applicationId)
  if (!change) return
  const notAgreed = await selectNotAgreed(db, applicationId).select('grant.id').limit(1).execute()
  if (notAgreed.length > 0) return
  await applications.changes.apply(change).catch((error: unknown) => {
    if (!(error instanceof OnpatientError) || error.code !== 'not-found') throw error
  })
}

/** Approvals of an application whose practice has not agreed to its change. Uses grant_application, then the primary key. */
function selectNotAgreed(db: Db, applicationId: string) {
  return db
    .selectFrom('grant')
    .leftJoin('application_change_consent as consent', (join) =>
      join
        .onRef('consent.application_id', '=', 'grant.application_id')
        .onRef('consent.practice_id', '=', 'grant.practice_id'),
    )
    .where('grant.application_id', '=', applicationId)
    .where('grant.practice_id', 'is not', null)
    .where('grant.ended_at', 'is', null)
    .where('consent.practice_id', 'is', null)
}

async function getChange(
  { db, applications }: ChangeDeps,
  { practiceId, changeId }: { practiceId: string; changeId: string },
): Promise<ChangeOfApproved> {
  const row = await selectChanges(db, practiceId)
    .where('application_change.id', '=', changeId)
    .executeTakeFirst()
  const change = row && (await applications.changes.find(row.application_id))
  if (change?.id === changeId) return ofPractice(change, practiceId)
  throw new OnpatientError(
    'not-found',
    'There is no such change any more. It was decided, taken back or replaced by another one.',
  )
}

function ofPractice(change: ApplicationChange, practiceId: string): ChangeOfApproved {
  return { ...change, isAgreed: change.consents.includes(practiceId) }
}

/** A token never has scopes that the application is not registered for yet, so adding them early opens nothing (backend-services.ts). */
async function approveAdded(
  { db }: ChangeDeps,
  { applicationId, changes }: ApplicationChange,
  practiceId: string,
): Promise<void> {
  const scopes = changes.find(({ field }) => field === 'scopes')
  if (!scopes) return
  const before = scopes.from.split(' ')
  const added = systemScopesOf(scopes.to.split(' ')).filter((scope) => !before.includes(scope))
  if (added.length === 0) return
  for (const approval of await findApprovals({ db }, { practiceId, applicationId }))
    await db
      .updateTable('grant')
      .set({ scopes: [...new Set([...approval.scopes, ...added])].join(' ') })
      .where('id', '=', approval.id)
      .execute()
}
