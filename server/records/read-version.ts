import { sql } from 'kysely'
import { canBeAboutNobody, canBeAboutPatient } from '#fhir/compartment/compartment.ts'
import { asExpression, type Fragment, sqlJoin, sqlText } from '../store/statement.ts'
import type { Db } from '../store/store.ts'
import { isCited } from './citations.ts'
import { isCovered } from './confinement.ts'
import { readRecord } from './read-record.ts'
import type { Confinement, VersionPage, VersionQuery, VersionRow } from './records.ts'

/** One version of a record, current or older; undefined when absent, outside, or a deletion. */
export async function readVersion(
  db: Db,
  within: Confinement,
  address: { type: string; id: string; versionId: number },
): Promise<string | undefined> {
  const { type, id, versionId } = address
  const current = await readRecord(db, within, type, id)
  if (current !== undefined && versionOf(current) === versionId) return current
  const row = await db
    .selectFrom('record_version as v')
    .select('content')
    .where('v.type', '=', type)
    .where('v.id', '=', id)
    .where('v.version_id', '=', versionId)
    .where('v.deleted', '=', 0)
    .where(asExpression<boolean>(mayBeRead(within, type)))
    .limit(1)
    .executeTakeFirst()
  return row?.content
}

/**
 * Whether a version `v` lay in a covered compartment, or about nobody was a covered practice's: an older version of a shared record may name what the
 * current one no longer does. By record_version_practice.
 */
function mayBeRead(within: Confinement, type: string): Fragment {
  const covered = isCovered('v.patient_id', within)
  if (!canBeAboutNobody(type) || within.practiceIds.length === 0) return covered
  return sqlText`(${covered} or (v.patient_id = '' and v.practice_id in (${sqlJoin(within.practiceIds)})))`
}

/** The version that a stored text carries; the store writes it at a fixed place. */
export function versionOf(content: string): number {
  return Number(/"meta":\{"versionId":"(\d+)"/.exec(content)?.[1] ?? 0)
}

/**
 * Versions of one record, or of all records of a type, newest first. What lay in a compartment at that time is read there:
 * a version from before a correction stays with the patient it was about.
 */
export async function listVersions(db: Db, within: Confinement, query: VersionQuery): Promise<VersionPage> {
  const { type, id, since, at, pageSize, after } = query
  if (!canBeAboutPatient(type) && within.practiceIds.length === 0) return currentAlone(db, within, query)
  const covered = asExpression(mayBeRead(within, type))
  const ofRecord = id === undefined ? sql`` : sql`and v.id = ${id}`
  const fromTime = since === undefined ? sql`` : sql`and v.last_updated >= ${since}`
  const during = at === undefined ? sql`` : wasCurrent(at)
  const beyond =
    after === undefined
      ? sql``
      : sql`and (v.last_updated < ${after.lastUpdated} or (v.last_updated = ${after.lastUpdated} and (v.id > ${after.id} or (v.id = ${after.id} and v.version_id < ${after.versionId}))))`
  const part = (table: string, deleted: string) => sql`
    select distinct v.id, v.version_id, v.last_updated, ${sql.raw(deleted)} as deleted, v.method, v.content,
      case when v.version_id = 1 or exists (${isAfterDeletion}) then 1 else 0 end as created
    from ${sql.table(table)} as v
    where v.type = ${type} and ${covered} ${ofRecord} ${fromTime} ${during}`
  const all = (extra: typeof beyond) => sql`
    ${part('record', '0')} ${extra} union all ${part('record_version', 'v.deleted')} ${extra}`
  const { rows } = await sql<VersionRow>`
    select * from (${all(beyond)}) as versions
    order by last_updated desc, id asc, version_id desc limit ${pageSize + 1}`.execute(db)
  const count = await sql<{
    total: number
  }>`select count(*) as total from (${all(sql``)}) as versions`.execute(db)
  const total = Number(count.rows[0]?.total ?? 0)
  return total === 0 && canBeAboutNobody(type) ? currentAlone(db, within, query) : cut(rows, pageSize, total)
}

/** A record that comes back counts on after its deletion. By record_version_deletion. */
const isAfterDeletion = sql`select 1 from record_version as gone
  where gone.type = v.type and gone.id = v.id and gone.deleted = 1 and gone.version_id = v.version_id - 1`

/** A version is current until the next one of its record. */
function wasCurrent({ start, end }: { start: number; end: number }) {
  const isNext = sql`next.type = v.type and next.id = v.id and next.version_id > v.version_id and next.last_updated <= ${start}`
  // uses record_address, and record_version_pk
  return sql`and v.last_updated < ${end}
    and not exists (select 1 from record as next where ${isNext})
    and not exists (select 1 from record_version as next where next.patient_id = v.patient_id and ${isNext})`
}

function cut(rows: VersionRow[], pageSize: number, total: number): VersionPage {
  const versions = rows.slice(0, pageSize)
  const last = versions.at(-1)
  const hasMore = rows.length > pageSize && last !== undefined
  return {
    total,
    versions,
    next: hasMore
      ? { lastUpdated: Number(last.last_updated), id: last.id, versionId: Number(last.version_id) }
      : undefined,
  }
}

/** Of a record that others only cite the current version alone is told, or that it was deleted. */
async function currentAlone(db: Db, within: Confinement, query: VersionQuery): Promise<VersionPage> {
  const { type, id, since, at, pageSize } = query
  const nothing = { total: 0, versions: [], next: undefined }
  const version = id === undefined ? undefined : await currentVersion(db, within, type, id)
  if (!version) return nothing
  const { last_updated: lastUpdated } = version
  if ((since !== undefined && lastUpdated < since) || (at && lastUpdated >= at.end)) return nothing
  return { total: 1, versions: [version].slice(0, pageSize), next: undefined }
}

async function currentVersion(
  db: Db,
  within: Confinement,
  type: string,
  id: string,
): Promise<VersionRow | undefined> {
  const content = await readRecord(db, within, type, id)
  if (content === undefined)
    return (await isCited(db, within, type, id)) ? findLastDeletion(db, type, id) : undefined
  const lastUpdated = Date.parse(/"lastUpdated":"([^"]+)"/.exec(content)?.[1] ?? '')
  const number = versionOf(content)
  return {
    ...{ id, version_id: number, last_updated: lastUpdated, content },
    ...{ deleted: 0, created: number === 1 ? 1 : 0, method: null },
  }
}

/** The deletion of a record about nobody that is not there any more. */
async function findLastDeletion(db: Db, type: string, id: string): Promise<VersionRow | undefined> {
  // uses record_version_deletion, and record_address
  const { rows } = await sql<VersionRow>`
    select v.id, v.version_id, v.last_updated, v.deleted, 0 as created, v.method, v.content
    from record_version as v
    where v.type = ${type} and v.id = ${id} and v.deleted = 1 and v.patient_id = ''
      and not exists (select 1 from record where record.type = v.type and record.id = v.id)
    order by v.version_id desc limit 1`.execute(db)
  return rows[0]
}
