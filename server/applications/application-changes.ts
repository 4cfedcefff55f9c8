import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { newId, type Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import { type ApplicationRow, withNameKey } from './application-row.ts'

/** Fields that a practice saw when it approved a backend service: whose it is, how it proves that, and its scopes. */
const approved = ['name', 'logo_uri', 'authentication', 'jwks', 'jwks_uri', 'scopes'] as const

type ApprovedColumn = (typeof approved)[number]
export type ApprovedColumns = Partial<Pick<ApplicationRow, ApprovedColumn>>

/** One difference, as people see it. */
export interface FieldChange {
  field: 'name' | 'logo' | 'keys' | 'scopes'
  from: string
  to: string
}

/** A change of an approved backend service that waits for the practices; until then the old values count. */
export interface ApplicationChange {
  id: string
  applicationId: string
  applicationName: string
  requestedAt: Date
  changes: FieldChange[]
  /** Practices that have agreed to it. */
  consents: string[]
}

export interface ApplicationChanges {
  find(applicationId: string): Promise<ApplicationChange | undefined>
  /** A practice agrees. Throws `not-found` when another change waits by now. */
  agree(
    change: Pick<ApplicationChange, 'id' | 'applicationId'>,
    by: { practiceId: string; accountId: string },
  ): Promise<void>
  /** The new values count from now on. Throws `not-found` when the change is not waiting any more. */
  apply(change: Pick<ApplicationChange, 'id' | 'applicationId'>): Promise<void>
  /** The old values stay. Throws `not-found`. */
  drop(change: Pick<ApplicationChange, 'id' | 'applicationId'>): Promise<void>
}

type Columns = Pick<ApplicationRow, ApprovedColumn>

/**
 * Splits new columns into columns that count at once and columns that wait. The removal of a key or a scope never waits: a key that others
 * know must end now.
 */
export function splitChange<Given extends Columns>(
  current: Columns,
  given: Given,
): { now: Given; later: ApprovedColumns | undefined } {
  const now: Given = { ...given }
  const later: ApprovedColumns = {}
  const hold = <Name extends ApprovedColumn>(...names: Name[]) => {
    for (const name of names) {
      if (now[name] !== current[name]) later[name] = given[name]
      now[name] = current[name] as Given[Name]
    }
  }
  hold('name', 'logo_uri')
  if (!isSubset(listOf(given.scopes), listOf(current.scopes))) hold('scopes')
  if (!isFewerKeys(current, given)) hold('authentication', 'jwks', 'jwks_uri')
  return { now, later: Object.keys(later).length === 0 ? undefined : later }
}

/** Whether new columns differ in anything that a practice saw when it approved. */
export function changesApproved(before: Columns, after: Columns): boolean {
  return approved.some((name) => before[name] !== after[name])
}

const listOf = (text: string) => text.split(' ')
const isSubset = (inner: readonly string[], outer: readonly string[]) =>
  inner.every((each) => outer.includes(each))

function isFewerKeys(current: Columns, given: Columns): boolean {
  if (given.authentication !== current.authentication || given.jwks_uri !== current.jwks_uri) return false
  return isSubset(textsOf(given.jwks), textsOf(current.jwks))
}

/** Each key as one text, its members in one order. */
function textsOf(jwks: string | null): string[] {
  if (jwks === null) return []
  const { keys } = JSON.parse(jwks) as { keys: Array<Record<string, unknown>> }
  return keys.map((key) => JSON.stringify(Object.entries(key).toSorted(([a], [b]) => (a < b ? -1 : 1))))
}

/** Keeps a change until it is decided. It replaces an earlier change, and nobody has agreed to it yet. */
export async function keepChange(
  db: Db,
  applicationId: string,
  later: ApprovedColumns | undefined,
  { clock, random }: { clock: Clock; random: Random },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await forgetChange(tx, applicationId)
    if (later === undefined) return
    await tx
      .insertInto('application_change')
      .values({
        application_id: applicationId,
        id: newId('chg', random),
        columns: JSON.stringify(later),
        requested_at: clock.now().getTime(),
      })
      .execute()
  })
}

/** Gives up the change that waits. Runs within the caller's transaction. */
export async function forgetChange(tx: Db, applicationId: string): Promise<void> {
  await tx.deleteFrom('application_change_consent').where('application_id', '=', applicationId).execute()
  await tx.deleteFrom('application_change').where('application_id', '=', applicationId).execute()
}

export function createApplicationChanges({ db, clock }: { db: Db; clock: Clock }): ApplicationChanges {
  async function hold(tx: Db, { id, applicationId }: Pick<ApplicationChange, 'id' | 'applicationId'>) {
    // This writes, so that one of two decisions at the same moment waits for the other.
    const row = await tx
      .updateTable('application_change')
      .set({ id })
      .where('application_id', '=', applicationId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    if (row) return row
    throw new OnpatientError(
      'not-found',
      'There is no such change any more. It was decided, taken back or replaced by another one.',
    )
  }
  return {
    async find(applicationId) {
      // uses the primary keys
      const row = await db
        .selectFrom('application_change')
        .innerJoin('application', 'application.id', 'application_change.application_id')
        .selectAll('application')
        .select(['application_change.id as change_id', 'application_change.columns', 'requested_at'])
        .where('application_change.application_id', '=', applicationId)
        .where('application.deleted_at', 'is', null)
        .executeTakeFirst()
      if (!row) return undefined
      const consents = await db
        .selectFrom('application_change_consent')
        .select('practice_id')
        .where('application_id', '=', applicationId)
        .execute()
      return {
        id: row.change_id,
        applicationId,
        applicationName: row.name,
        requestedAt: new Date(row.requested_at),
        changes: describeChanges(row, { ...row, ...(JSON.parse(row.columns) as ApprovedColumns) }),
        consents: consents.map(({ practice_id }) => practice_id),
      }
    },
    agree: (change, { practiceId, accountId }) =>
      db.transaction().execute(async (tx) => {
        await hold(tx, change)
        await tx
          .insertInto('application_change_consent')
          .values({
            application_id: change.applicationId,
            practice_id: practiceId,
            account_id: accountId,
            given_at: clock.now().getTime(),
          })
          .onConflict((conflict) => conflict.columns(['application_id', 'practice_id']).doNothing())
          .execute()
      }),
    apply: (change) =>
      db.transaction().execute(async (tx) => {
        const { columns } = await hold(tx, change)
        await tx
          .updateTable('application')
          .set({ ...withNameKey(JSON.parse(columns) as ApprovedColumns), updated_at: clock.now().getTime() })
          .where('id', '=', change.applicationId)
          .execute()
        await forgetChange(tx, change.applicationId)
      }),
    drop: (change) =>
      db.transaction().execute(async (tx) => {
        await hold(tx, change)
        await forgetChange(tx, change.applicationId)
      }),
  }
}

function describeChanges(before: Columns, after: Columns): FieldChange[] {
  const changes: FieldChange[] = [
    { field: 'name', from: before.name, to: after.name },
    { field: 'logo', from: before.logo_uri ?? 'none', to: after.logo_uri ?? 'none' },
    { field: 'keys', from: describeKeys(before), to: describeKeys(after) },
    { field: 'scopes', from: before.scopes, to: after.scopes },
  ]
  return changes.filter(({ from, to }) => from !== to)
}

function describeKeys({ authentication, jwks, jwks_uri }: Columns): string {
  if (authentication !== 'key') return authentication === 'secret' ? 'a secret' : 'none'
  if (jwks_uri !== null) return jwks_uri
  const { keys } = JSON.parse(jwks ?? '{"keys":[]}') as {
    keys: Array<{ kid?: string; n?: string; x?: string }>
  }
  // Two keys may have the same id, so a part of each key is shown, too.
  return keys.map(({ kid = '', n, x }) => `${kid} (…${(n ?? x ?? '').slice(-8)})`).join(', ')
}
