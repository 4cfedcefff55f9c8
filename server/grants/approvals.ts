import type { Kysely } from 'kysely'
import { coversScope, parseClinicalScope } from '#fhir/scope/scope.ts'
import type { Application, ApplicationChange, Applications } from '#server/applications/applications.ts'
import { assertRoom } from '../assert-room.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { newId, type Random } from '../secrets.ts'
import type { Schema } from '../store/schema/schema.ts'
import type { Db } from '../store/store.ts'
import type { Grants } from './grants-interface.ts'

/** A backend service that a practice allowed to read (or write) its whole panel. */
export interface Approval {
  /** The grant that it is. */
  id: string
  applicationId: string
  applicationName: string
  practiceId: string
  practiceName: string
  scopes: string[]
  approvedBy: string
  approvedAt: Date
  lastUsedAt: Date | undefined
}

/** A developer asks a practice for an approval. */
export interface ApprovalRequest {
  id: string
  applicationId: string
  applicationName: string
  practiceId: string
  practiceName: string
  /** What the application is registered for at this moment. */
  scopes: string[]
  requestedBy: string
  requestedAt: Date
}

/** A change of a service that the practice has approved: what would be different. */
export interface ChangeOfApproved extends ApplicationChange {
  /** Whether this practice has agreed, and it waits for others. */
  isAgreed: boolean
}

export interface ApprovalForm {
  applicationId: string
  practiceId: string
  /** Who approves. */
  accountId: string
  /** Some of what the application is registered for. */
  scopes?: string[] | undefined
}

/**
 * SMART App Launch 2.2, backend services: which of them a practice approved. An approval is a grant whose owner is the
 * practice, so that its tokens end with it: at once in this process, within a second in others. Who may decide is checked by the caller.
 */
export interface Approvals {
  /** Once at a time. Throws `not-found`, `invalid-parameter` for an application without system scopes. */
  request(applicationId: string, practiceId: string, accountId: string): Promise<ApprovalRequest>
  /** Undecided ones, oldest first. */
  listRequests(where: { practiceId: string } | { applicationId: string }): Promise<ApprovalRequest[]>
  /** Without an approval. Throws `not-found`. */
  decline(practiceId: string, requestId: string): Promise<void>
  /**
   * Approves `scopes`, or all system scopes that the application is registered for now; scopes that it adds later need
   * a new approval. Replaces an older one. Throws `not-found`, `invalid-parameter`, `scope-invalid`, `limit-reached`.
   */
  approve(form: ApprovalForm): Promise<Approval>
  /** Ends it and its tokens. Throws `not-found`. */
  end(practiceId: string, approvalId: string): Promise<void>
  /** Changes of approved services that wait for this practice, or that it has agreed to and others have not. */
  listChanges(practiceId: string): Promise<ChangeOfApproved[]>
  /**
   * The practice agrees to the change with this id; scopes that it adds are approved with it. It takes place when every practice that
   * approved the service has agreed. Throws `not-found`.
   */
  acceptChange(form: { practiceId: string; changeId: string; accountId: string }): Promise<void>
  /** The old values stay, for all. Throws `not-found`. */
  refuseChange(practiceId: string, changeId: string): Promise<void>
  /** In force, oldest first. */
  list(where: { practiceId: string } | { applicationId: string }): Promise<Approval[]>
}

interface ApprovalsDeps {
  db: Db
  clock: Clock
  random: Random
  applications: Pick<Applications, 'find' | 'changes'>
  grants: Pick<Grants, 'endByEngine'>
  limits: Limits
}

export function createApprovals({
  db,
  clock,
  random,
  applications,
  grants,
  limits,
}: ApprovalsDeps): Approvals {
  const now = () => clock.now().getTime()

  async function getBackend(applicationId: string): Promise<Application> {
    const application = await applications.find(applicationId)
    if (!application)
      throw new OnpatientError('not-found', 'There is no application with this client id.', {
        field: 'applicationId',
      })
    if (application.isBackend) return application
    throw new OnpatientError(
      'invalid-parameter',
      `${application.name} is no backend service: it is not registered for any scope such as system/*.rs.`,
      { field: 'applicationId' },
    )
  }

  async function assertPractice(practiceId: string): Promise<void> {
    const row = await db.selectFrom('practice').select('id').where('id', '=', practiceId).executeTakeFirst()
    if (!row)
      throw new OnpatientError('not-found', 'There is no practice with this id.', { field: 'practiceId' })
  }

  /** Uses approval_request_practice or approval_request_application. */
  function openRequests() {
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

  /** Uses grant_practice, or grant_application. */
  function openApprovals() {
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

  function decide(trx: Kysely<Schema>) {
    return trx.updateTable('approval_request').set({ decided_at: now() }).where('decided_at', 'is', null)
  }

  const list: Approvals['list'] = async (where) => {
    const rows = await ('practiceId' in where
      ? openApprovals().where('grant.practice_id', '=', where.practiceId)
      : openApprovals().where('grant.application_id', '=', where.applicationId)
    ).execute()
    return rows.map(({ created_at, last_used_at, scopes, ...row }) => ({
      id: row.id,
      applicationId: row.application_id,
      applicationName: row.application_name,
      practiceId: row.practice_id,
      practiceName: row.practice_name,
      scopes: scopes.split(' '),
      approvedBy: row.approved_by,
      approvedAt: new Date(created_at),
      lastUsedAt: last_used_at === null ? undefined : new Date(last_used_at),
    }))
  }

  const listRequests: Approvals['listRequests'] = async (where) => {
    const rows = await ('practiceId' in where
      ? openRequests().where('approval_request.practice_id', '=', where.practiceId)
      : openRequests().where('approval_request.application_id', '=', where.applicationId)
    ).execute()
    return rows.map((row) => ({
      id: row.id,
      applicationId: row.application_id,
      applicationName: row.application_name,
      practiceId: row.practice_id,
      practiceName: row.practice_name,
      scopes: systemScopesOf(row.scopes.split(' ')),
      requestedBy: row.requested_by,
      requestedAt: new Date(row.requested_at),
    }))
  }

  const listChanges: Approvals['listChanges'] = async (practiceId) => {
    const ids = new Set((await list({ practiceId })).map(({ applicationId }) => applicationId))
    const found = await Promise.all([...ids].map((id) => applications.changes.find(id)))
    return found.flatMap((change) =>
      change ? [{ ...change, isAgreed: change.consents.includes(practiceId) }] : [],
    )
  }

  async function getChange(practiceId: string, changeId: string): Promise<ChangeOfApproved> {
    const change = (await listChanges(practiceId)).find(({ id }) => id === changeId)
    if (change) return change
    throw new OnpatientError(
      'not-found',
      'There is no such change any more. It was decided, taken back or replaced by another one.',
    )
  }

  /** Two practices may agree at the same moment: each looks after it has agreed, and the second finds it done. */
  async function applyWhenAgreed({ applicationId }: Pick<ApplicationChange, 'applicationId'>): Promise<void> {
    const change = await applications.changes.find(applicationId)
    const inForce = await list({ applicationId })
    if (!change || !inForce.every(({ practiceId }) => change.consents.includes(practiceId))) return
    await applications.changes.apply(change).catch((error: unknown) => {
      if (!(error instanceof OnpatientError) || error.code !== 'not-found') throw error
    })
  }

  /** What the application is not registered for yet, it is not given yet either (backend-services.ts). */
  async function approveAdded({ applicationId, changes }: ApplicationChange, practiceId: string) {
    const scopes = changes.find(({ field }) => field === 'scopes')
    if (!scopes) return
    const before = scopes.from.split(' ')
    const added = systemScopesOf(scopes.to.split(' ')).filter((scope) => !before.includes(scope))
    for (const approval of await list({ applicationId }))
      if (approval.practiceId === practiceId && added.length > 0)
        await db
          .updateTable('grant')
          .set({ scopes: [...new Set([...approval.scopes, ...added])].join(' ') })
          .where('id', '=', approval.id)
          .execute()
  }

  return {
    list,
    listRequests,
    listChanges,
    async acceptChange({ practiceId, changeId, accountId }) {
      const change = await getChange(practiceId, changeId)
      await applications.changes.agree(change, { practiceId, accountId })
      await approveAdded(change, practiceId)
      await applyWhenAgreed(change)
    },
    async refuseChange(practiceId, changeId) {
      await applications.changes.drop(await getChange(practiceId, changeId))
    },
    async request(applicationId, practiceId, accountId) {
      await getBackend(applicationId)
      await assertPractice(practiceId)
      const open = await listRequests({ applicationId })
      const same = open.find((each) => each.practiceId === practiceId)
      if (same) return same
      assertRoom(limits, 'requestsForApproval', {
        owned: open.length,
        advice: 'Wait until a practice has decided.',
      })
      const id = newId('apr', random)
      await db
        .insertInto('approval_request')
        .values({
          id,
          application_id: applicationId,
          practice_id: practiceId,
          requested_by: accountId,
          requested_at: now(),
          decided_at: null,
        })
        .execute()
      const made = (await listRequests({ applicationId })).find((each) => each.id === id)
      if (!made) throw new OnpatientError('not-found', 'The request was decided in this very moment.')
      return made
    },
    async decline(practiceId, requestId) {
      const declined = await decide(db)
        .where('id', '=', requestId)
        .where('practice_id', '=', practiceId)
        .returning('id')
        .executeTakeFirst()
      if (!declined) throw new OnpatientError('not-found', 'There is no such open request.')
    },
    async approve({ applicationId, practiceId, accountId, scopes }) {
      const application = await getBackend(applicationId)
      await assertPractice(practiceId)
      const approved = chooseScopes(application, scopes)
      const others = (await list({ practiceId })).filter((each) => each.applicationId !== applicationId)
      assertRoom(limits, 'approvalsOfPractice', {
        owned: others.length,
        advice: 'End the approval of one that is no longer used.',
      })
      const id = newId('gr', random)
      await db.transaction().execute(async (trx) => {
        await decide(trx)
          .where('application_id', '=', applicationId)
          .where('practice_id', '=', practiceId)
          .execute()
        await trx
          .insertInto('grant')
          .values({
            id,
            account_id: accountId,
            application_id: applicationId,
            scopes: approved.join(' '),
            created_at: now(),
            expires_at: null,
            ended_at: null,
            end_reason: null,
            last_used_at: null,
            practice_id: practiceId,
          })
          .execute()
      })
      // The last one counts, also of two that were given at the same moment: both requests see the same last one.
      const given = (await list({ applicationId })).filter((each) => each.practiceId === practiceId)
      const approval = given.pop()
      for (const older of given) await grants.endByEngine(older.id, 'the practice approved anew')
      if (!approval) throw new OnpatientError('not-found', 'The approval was ended in this very moment.')
      return approval
    },
    async end(practiceId, approvalId) {
      const approval = (await list({ practiceId })).find((each) => each.id === approvalId)
      if (!approval) throw new OnpatientError('not-found', 'There is no such approval of this practice.')
      await grants.endByEngine(approvalId, 'the practice ended its approval')
      const change = await applications.changes.find(approval.applicationId)
      if (change) await applyWhenAgreed(change)
    },
  }
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

/** Whether one of some scopes gives at least what this scope gives. */
export function isAllowedBy(scope: string, by: readonly string[]): boolean {
  const inner = parseClinicalScope(scope)
  return by.some((text) => {
    const outer = parseClinicalScope(text)
    return inner !== undefined && outer !== undefined && coversScope(outer, inner)
  })
}

function systemScopesOf(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => scope.startsWith('system/'))
}
