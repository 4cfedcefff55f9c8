import { canBeAboutNobody, canBeAboutPatient } from '#fhir/compartment/compartment.ts'
import { readStoredHead } from '#fhir/stored-text.ts'
import type { Confinement } from '../confinement.ts'
import {
  type Fragment,
  isInTime,
  readByKey,
  readPage,
  readRows,
  sqlJoin,
  sqlName,
  sqlNothing,
  sqlText,
} from '../store/statement.ts'
import type { Db } from '../store/store.ts'
import type { TakenRows } from '../store/taken-rows.ts'
import { isCited } from './citations.ts'
import { formerlyCoveredPatients, isInLowerCompartment, wasCovered } from './confinement-conditions.ts'
import { readRecord } from './read-record.ts'
import type { VersionPage, VersionQuery, VersionRow } from './version-query.ts'

/** One version of a record, current or older; undefined when absent, outside, or a deletion. */
export async function readVersion(
  db: Db,
  confinement: Confinement,
  address: { type: string; id: string; versionId: number },
): Promise<string | undefined> {
  const { type, id, versionId } = address
  const current = await readRecord(db, confinement, type, id)
  if (current !== undefined && readStoredHead(current).versionId === versionId) return current
  const [row] = await readByKey<{ content: string }>(
    db,
    sqlText`select v.content from record_version as v
      where v.type = ${type} and v.id = ${id} and v.version_id = ${versionId} and v.deleted = 0
        and ${mayBeRead(confinement, type)} limit 1`,
  )
  return row?.content
}

/**
 * Whether a version `v` lay in a covered compartment, or is a version about nobody of a covered practice. Citing is not enough,
 * because an older version of a shared record may contain more than the current one. By record_version_practice.
 */
function mayBeRead(confinement: Confinement, type: string): Fragment {
  const covered = wasCovered('v.patient_id', confinement)
  if (!canBeAboutNobody(type) || confinement.practiceIds.length === 0) return covered
  return sqlText`(${covered} or ${isOwnAboutNobody(confinement)})`
}

function isOwnAboutNobody(confinement: Confinement): Fragment {
  return sqlText`(v.patient_id = '' and v.practice_id in (${sqlJoin(confinement.practiceIds)}))`
}

/**
 * Whether a version is the deletion of its record. False for a reader who could not read the record. By record_version_address.
 */
export async function isDeletion(
  db: Db,
  confinement: Confinement,
  { type, id, versionId }: { type: string; id: string; versionId: number },
): Promise<boolean> {
  const rows = await readByKey(
    db,
    sqlText`select 1 as found from record_version as v
      where v.type = ${type} and v.id = ${id} and v.version_id = ${versionId} and v.deleted = 1
        and ${mayBeRead(confinement, type)} limit 1`,
  )
  return rows.length > 0
}

/**
 * Versions of one record, or of all records of a type, newest first. A version is read in the compartment in which it lay.
 * Versions from before a correction are the practice's (save-changes.ts).
 */
export async function listVersions(
  db: Db,
  confinement: Confinement,
  query: VersionQuery,
): Promise<VersionPage> {
  const { type, id, pageSize } = query
  if (!canBeAboutPatient(type) && confinement.practiceIds.length === 0)
    return currentAlone(db, confinement, query)
  const history =
    id === undefined ? historyOfType(confinement, query) : historyOfRecord(confinement, query, id)
  const page = await readPage<VersionRow>(db, history.page)
  const [count] = await readRows<{ total: number }>(db, history.total)
  const total = Number(count?.total ?? 0)
  return total === 0 && canBeAboutNobody(type)
    ? currentAlone(db, confinement, query)
    : cut(page, pageSize, total)
}

interface History {
  page: Fragment
  total: Fragment
}

/** The conditions on the versions of a history besides type and confinement. */
function filtersOf({ since, at }: VersionQuery): Fragment {
  const filters: Fragment[] = []
  if (since !== undefined) filters.push(sqlText` and v.last_updated >= ${since}`)
  if (at !== undefined) filters.push(wasCurrent(at))
  return sqlJoin(filters, '')
}

/**
 * After the last version of the page before, in the history of one record. The version number gives the order, because the clock
 * may have jumped.
 */
function isOlder(after: VersionQuery['after']): Fragment {
  return after === undefined ? sqlNothing : sqlText` and v.version_id < ${after.versionId}`
}

/**
 * After the last version of the page before, in the history of a type. No version is older than the one before it of the same
 * record (`notBefore`).
 */
function isBeyond(after: VersionQuery['after']): Fragment {
  if (after === undefined) return sqlNothing
  const { lastUpdated, id, versionId } = after
  return sqlText` and v.last_updated <= ${lastUpdated} and (v.last_updated < ${lastUpdated}
    or v.id > ${id} or (v.id = ${id} and v.version_id < ${versionId}))`
}

/**
 * Whether a version created its record. A record that comes back after its deletion continues the count of versions. By
 * record_version_deletion.
 */
const isCreation = sqlText`case when v.version_id = 1 or exists (select 1 from record_version as gone
  where gone.type = v.type and gone.id = v.id and gone.deleted = 1 and gone.version_id = v.version_id - 1)
  then 1 else 0 end`

const versionTables = [
  { table: 'record', deleted: sqlText`0` },
  { table: 'record_version', deleted: sqlText`v.deleted` },
] as const

/** The current version by record_address, the others by record_version_address. */
function historyOfRecord(confinement: Confinement, query: VersionQuery, id: string): History {
  const isOf = sqlText`v.type = ${query.type} and v.id = ${id} and ${mayBeRead(confinement, query.type)} ${filtersOf(query)}`
  const all = (columns: (deleted: Fragment) => Fragment, more: Fragment) =>
    sqlJoin(
      versionTables.map(
        ({ table, deleted }) =>
          sqlText`select ${columns(deleted)} from ${sqlName(table)} as v where ${isOf} ${more}`,
      ),
      ' union all ',
    )
  // A record in several compartments has a row in each.
  const columns = (deleted: Fragment) =>
    sqlText`distinct v.id, v.version_id, v.last_updated, ${deleted} as deleted, ${isCreation} as created, v.method, v.content`
  return {
    page: sqlText`select * from (${all(columns, isOlder(query.after))}) as versions
      order by version_id desc limit ${query.pageSize + 1}`,
    total: sqlText`select count(*) as total from (${all(() => sqlText`distinct v.version_id`, sqlNothing)}) as versions`,
  }
}

/**
 * The history of a type over all covered patients, by record_changed and record_version_changed. It first finds the patients of
 * the page: those with the newest changes after the last page, as many as the page has versions. So a page costs one step into an
 * index for each patient, and then the versions of few patients.
 */
function historyOfType(confinement: Confinement, query: VersionQuery): History {
  const { type, after, pageSize } = query
  const limit = pageSize + 1
  const withNobody = canBeAboutNobody(type) && confinement.practiceIds.length > 0
  const isOwn = withNobody
    ? sqlText` and (v.patient_id <> '' or ${isOwnAboutNobody(confinement)})`
    : sqlNothing
  const covered = formerlyCoveredPatients(confinement, { withNobody })
  const beyond = sqlText`${filtersOf(query)}${isBeyond(after)}${isOwn}`
  const newestIn = (table: string) => sqlText`coalesce((
    select v.last_updated from ${sqlName(table)} as v
    where v.patient_id = panel.patient_id and v.type = ${type} and ${isInTime('v.last_updated')} ${beyond}
    order by v.last_updated desc limit 1), -1)`
  const newest = {
    ...sqlText`max(${newestIn('record')}, ${newestIn('record_version')})`,
    onPostgres: sqlText`greatest(${newestIn('record')}, ${newestIn('record_version')})`,
  }
  const firsts = sqlText`select patient_id, newest from (
    select panel.patient_id, ${newest} as newest from ${covered} as panel) as each where newest >= 0`
  const versions = (table: string, deleted: Fragment) => sqlText`
    select ${deleted} as deleted, ${isCreation} as created, v.method, v.patient_id, v.id, v.version_id, v.last_updated, ${table} as kept_in
    from near cross join ${sqlName(table)} as v
    where v.patient_id = near.patient_id and v.type = ${type} and v.last_updated >= near.least
      and ${isInTime('v.last_updated')} ${beyond}`
  const contentIn = (table: string) => sqlText`(select kept.content from ${sqlName(table)} as kept
    where kept.patient_id = page.patient_id and kept.type = ${type} and kept.id = page.id and kept.version_id = page.version_id)`
  return {
    page: sqlText`
      with firsts as (${firsts}),
      least as (select case when count(*) = ${limit} then min(newest) else 0 end as least
        from (select newest from firsts order by newest desc limit ${limit}) as nearest),
      near as (select firsts.patient_id, least.least from firsts cross join least where firsts.newest >= least.least)
      select page.id, page.version_id, page.last_updated, page.deleted, page.created, page.method,
        case page.kept_in when 'record' then ${contentIn('record')} else ${contentIn('record_version')} end as content
      from (
        select id, version_id, last_updated, deleted, created, method, kept_in, min(patient_id) as patient_id
        from (${sqlJoin(
          versionTables.map(({ table, deleted }) => versions(table, deleted)),
          ' union all ',
        )}) as versions
        group by id, version_id, last_updated, deleted, created, method, kept_in
        order by last_updated desc, id asc, version_id desc limit ${limit}) as page
      order by last_updated desc, id asc, version_id desc`,
    total: countHistory(covered, query, isOwn),
  }
}

/** A record in several compartments counts once. The other records are counted without a look at each. */
function countHistory(covered: Fragment, query: VersionQuery, isOwn: Fragment): Fragment {
  const from = (table: string) => sqlText`
    from ${covered} as panel cross join ${sqlName(table)} as v
    where v.patient_id = panel.patient_id and v.type = ${query.type} and ${isInTime('v.last_updated')} ${filtersOf(query)}${isOwn}`
  const doubles = sqlText`
    select count(*) from ${covered} as panel cross join record as v
    where v.compartments > 1 and v.type = ${query.type} and v.patient_id = panel.patient_id ${filtersOf(query)}${isOwn}
      and exists (select 1 from record as other
        where ${isInLowerCompartment('v', sqlText`other.patient_id in (select patient_id from ${covered} as others)`)})`
  return sqlText`select (select count(*) ${from('record')}) - (${doubles})
    + (select count(*) from (select distinct v.id, v.version_id ${from('record_version')}) as older) as total`
}

/** A version is current until the next one of its record. */
function wasCurrent({ start, end }: { start: number; end: number }): Fragment {
  const isNext = sqlText`next.type = v.type and next.id = v.id and next.version_id > v.version_id and next.last_updated <= ${start}`
  // uses record_address, and record_version_address
  return sqlText` and v.last_updated < ${end}
    and not exists (select 1 from record as next where ${isNext})
    and not exists (select 1 from record_version as next where ${isNext})`
}

function cut({ rows, isCut }: TakenRows<VersionRow>, pageSize: number, total: number): VersionPage {
  const versions = rows.slice(0, pageSize)
  const last = versions.at(-1)
  const hasMore = (isCut || rows.length > pageSize) && last !== undefined
  return {
    total,
    versions,
    next: hasMore
      ? { lastUpdated: Number(last.last_updated), id: last.id, versionId: Number(last.version_id) }
      : undefined,
  }
}

/** A record that is readable only by citation shows its current version, or that it was deleted. */
async function currentAlone(db: Db, confinement: Confinement, query: VersionQuery): Promise<VersionPage> {
  const { type, id, since, at, pageSize } = query
  const nothing = { total: 0, versions: [], next: undefined }
  const version = id === undefined ? undefined : await currentVersion(db, confinement, type, id)
  if (!version) return nothing
  const { last_updated: lastUpdated } = version
  if ((since !== undefined && lastUpdated < since) || (at && lastUpdated >= at.end)) return nothing
  return { total: 1, versions: [version].slice(0, pageSize), next: undefined }
}

async function currentVersion(
  db: Db,
  confinement: Confinement,
  type: string,
  id: string,
): Promise<VersionRow | undefined> {
  const content = await readRecord(db, confinement, type, id)
  if (content === undefined)
    return (await isCited(db, confinement, type, id)) ? findLastDeletion(db, type, id) : undefined
  const { versionId, lastUpdated } = readStoredHead(content)
  return {
    ...{ id, version_id: versionId, last_updated: Date.parse(lastUpdated), content },
    ...{ deleted: 0, created: versionId === 1 ? 1 : 0, method: null },
  }
}

/** The last deletion of a record about nobody that no longer exists. */
async function findLastDeletion(db: Db, type: string, id: string): Promise<VersionRow | undefined> {
  // uses record_version_deletion, and record_address
  const [row] = await readRows<VersionRow>(
    db,
    sqlText`
    select v.id, v.version_id, v.last_updated, v.deleted, 0 as created, v.method, v.content
    from record_version as v
    where v.type = ${type} and v.id = ${id} and v.deleted = 1 and v.patient_id = ''
      and not exists (select 1 from record where record.type = v.type and record.id = v.id)
    order by v.version_id desc limit 1`,
  )
  return row
}
