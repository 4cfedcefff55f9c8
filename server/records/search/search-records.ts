import { type RawBuilder, sql } from 'kysely'
import {
  canBeAboutNobody,
  canBeAboutPatient,
  isCitable,
  onlySubjectElement,
} from '#fhir/compartment/compartment.ts'
import type { Condition, SearchQuery } from '#fhir/search/search-query.ts'
import type { Db } from '../../store/store.ts'
import { citedIds } from '../citations.ts'
import { isCovered, narrowToPatient } from '../confinement.ts'
import type { Confinement } from '../records.ts'
import { findLeading, isAnsweredByIndex, isLeading, meetsCondition } from './search-conditions.ts'
import { isBeyond, orderBy, type SearchKey, sortColumns, sortExpression } from './search-order.ts'

/** A page of a search. */
export interface SearchPageQuery {
  query: Pick<SearchQuery, 'type' | 'conditions' | 'sort'>
  pageSize: number
  after?: SearchKey | undefined
  before?: SearchKey | undefined
  /** Whether to say how many records match in all. */
  withTotal: boolean
}

export interface FoundRecord {
  patientId: string
  id: string
  content: string
}

export interface SearchPage {
  total: number | undefined
  records: FoundRecord[]
  next: SearchKey | undefined
  previous: SearchKey | undefined
}

type Row = { patient_id: string; id: string; content: string; total?: number } & Record<
  `k${number}`,
  string | number
>

type SearchQueryPart = SearchPageQuery['query']

/** One page of what matches, inside the confinement, in the order asked for. */
export async function searchRecords(db: Db, within: Confinement, page: SearchPageQuery): Promise<SearchPage> {
  const { query, pageSize, after, before, withTotal } = page
  const narrowed = await narrowToNamedPatient(db, within, query)
  const columns = sortColumns(query.sort)
  const isBackward = before !== undefined
  const key = before ?? after
  const { rows: matching, isLed } = matchingRows(narrowed, query)
  // The first page looks at every match anyway, to sort them: it counts them on the way. Rows of the index alone are counted
  // faster by themselves.
  const isCounting = withTotal && key === undefined && !isLed
  const total = isCounting ? sql`, count(*) over () as total` : sql``
  const select = (from: SearchKey | undefined, backward: boolean, limit: number) =>
    // The texts are fetched for the page alone: sorted with them, all matches would be carried along.
    sql<Row>`select page.*, record.content from (
        select found.* ${total} from (${matching}) as found
        ${from ? sql`where ${isBeyond(columns, from, backward)}` : sql``}
        order by ${orderBy(columns, backward)} limit ${limit}) as page
      join record on record.patient_id = page.patient_id and record.type = ${query.type} and record.id = page.id
      order by ${orderBy(columns, backward, 'page')}`.execute(db)

  const { rows: taken } = await select(key, isBackward, pageSize + 1)
  const hasMore = taken.length > pageSize
  const rows = taken.slice(0, pageSize)
  const toKey = (row: Row): SearchKey => ({
    values: columns.map((_column, index) => row[`k${index}`] ?? ''),
    patientId: row.patient_id,
    id: row.id,
  })
  const [nearest] = rows
  const behind = key && nearest ? (await select(toKey(nearest), !isBackward, 1)).rows.length > 0 : false
  if (isBackward) rows.reverse()
  const [first, last] = [rows.at(0), rows.at(-1)]
  const [hasBefore, hasAfter] = isBackward ? [hasMore, behind] : [behind, hasMore]
  const counted = isCounting ? Number(first?.total ?? 0) : undefined
  return {
    total: counted ?? (withTotal ? await countMatching(db, narrowed, query) : undefined),
    records: rows.map((row) => ({ patientId: row.patient_id, id: row.id, content: row.content })),
    next: hasAfter && last ? toKey(last) : undefined,
    previous: hasBefore && first ? toKey(first) : undefined,
  }
}

/**
 * A search that names one covered patient by `patient` or `subject` is confined to that patient's compartment, where all
 * its matches lie: a record is in the compartment of whom it is about.
 */
async function narrowToNamedPatient(
  db: Db,
  within: Confinement,
  { type, conditions }: SearchQueryPart,
): Promise<Confinement> {
  if (within.patientIds.length + within.practiceIds.length === 1 && within.practiceIds.length === 0)
    return within
  if (canBeAboutNobody(type)) return within
  for (const condition of conditions) {
    const patientId = namedPatient(condition)
    const narrowed = patientId === undefined ? undefined : await narrowToPatient(db, within, patientId)
    if (narrowed && narrowed.patientIds.length > 0) return narrowed
  }
  return within
}

/** Whether every record of the type in the compartment of this patient meets the condition. */
function isImplied(condition: Condition, type: string, patientId: string | undefined): boolean {
  if (patientId === undefined || namedPatient(condition) !== patientId) return false
  const element = onlySubjectElement(type)
  const code = condition.kind === 'parameter' ? condition.parameter.code : ''
  return element !== undefined && (code === 'patient' || code === element)
}

function namedPatient(condition: Condition): string | undefined {
  if (condition.kind !== 'parameter' || condition.modifier === 'identifier') return undefined
  const { parameter, values } = condition
  if (parameter.code !== 'patient' && parameter.code !== 'subject') return undefined
  const [value, another] = values
  if (another !== undefined || value?.type !== 'reference') return undefined
  const patients = value.targets.filter((target) => target.startsWith('Patient/'))
  return patients.length === 1 ? patients[0]?.slice('Patient/'.length) : undefined
}

/** How many records match. */
export async function countFound(db: Db, within: Confinement, query: SearchQueryPart): Promise<number> {
  return countMatching(db, await narrowToNamedPatient(db, within, query), query)
}

async function countMatching(db: Db, within: Confinement, query: SearchQueryPart): Promise<number> {
  const { rows: matching } = matchingRows(within, { ...query, sort: [] })
  const { rows } = await sql<{ total: number }>`select count(*) as total from (${matching}) as found`.execute(
    db,
  )
  return Number(rows[0]?.total ?? 0)
}

interface Matching {
  rows: RawBuilder<unknown>
  /** Whether only rows of the index are looked at. */
  isLed: boolean
}

/** Every matching record once, with the columns it is sorted by. */
function matchingRows(within: Confinement, query: SearchQueryPart): Matching {
  const scopes = scopesOf(within, query.type)
  const [first, ...others] = scopes
  const led = first && others.length === 0 ? ledByCode(within, query, first.patientId) : undefined
  if (led) return { rows: led, isLed: true }
  const branches = (first ? scopes : [nowhere]).map((scope) => amongRecords(within, query, scope))
  return { rows: sql.join(branches, sql` union all `), isLed: false }
}

/** Looks at every record of the type in a scope. */
function amongRecords(
  within: Confinement,
  { type, conditions, sort }: SearchQueryPart,
  { scope, patientId }: Scope,
): RawBuilder<unknown> {
  const subject = { alias: 'record', type }
  const met = conditions
    .filter((each) => !isImplied(each, type, patientId))
    .map((each) => sql`and ${meetsCondition(each, subject, within)}`)
  return sql`
    select record.patient_id, record.id ${sortKeys(subject, sort)}
    from record where record.type = ${type} and ${scope} ${sql.join(met, sql` `)}`
}

/**
 * Looks in one compartment at the rows of one code alone, and never at the records themselves. Undefined when no code leads,
 * or when something is asked that only the record knows.
 */
function ledByCode(
  within: Confinement,
  { type, conditions, sort }: SearchQueryPart,
  patientId: string | undefined,
): RawBuilder<unknown> | undefined {
  const leading = findLeading(conditions)
  if (leading === undefined || patientId === undefined || patientId === '') return undefined
  if (!conditions.every(isAnsweredByIndex) || sort.some(({ parameter }) => parameter === '_lastUpdated'))
    return undefined
  const subject = { alias: 'lead', type, hasMainDate: true, patientId }
  const met = conditions
    .filter((each) => each !== leading && !isImplied(each, type, patientId))
    .map((each) => sql`and ${meetsCondition(each, subject, within)}`)
  // By record_text_pk. A code may come with several systems: the record is one.
  return sql`
    select lead.patient_id, lead.id ${sortKeys(subject, sort)}
    from record_text as lead
    where lead.patient_id = ${patientId} and lead.type = ${type} and ${isLeading(leading, 'lead')}
      ${sql.join(met, sql` `)}
    group by lead.patient_id, lead.id`
}

function sortKeys(
  subject: { alias: string; type: string; hasMainDate?: boolean },
  sort: SearchQueryPart['sort'],
): RawBuilder<unknown> {
  const keys = sort.map((rule, index) => sql`, ${sortExpression(subject, rule)} as ${sql.ref(`k${index}`)}`)
  return sql.join(keys, sql` `)
}

interface Scope {
  scope: RawBuilder<boolean>
  /** When it is one compartment, or that of nobody. */
  patientId?: string | undefined
}

const nowhere: Scope = { scope: sql`1 = 0` }

/** Where records of the type may be read: in covered compartments, and about nobody where the rules of citing say so. */
function scopesOf(within: Confinement, type: string): Scope[] {
  const scopes: Scope[] = []
  const { patientIds, practiceIds } = within
  if (canBeAboutPatient(type) && patientIds.length + practiceIds.length > 0) {
    const covered = isCovered('record.patient_id', within)
    // With one compartment a record cannot come twice.
    const [patientId] = patientIds
    scopes.push(
      patientIds.length === 1 && practiceIds.length === 0
        ? { scope: sql`record.patient_id = ${patientId}`, patientId }
        : { scope: sql`${covered} and ${isInFirstCompartment(within)}` },
    )
  }
  if (canBeAboutNobody(type)) {
    const own = practiceIds.length > 0 ? sql`record.practice_id in (${sql.join(practiceIds)})` : undefined
    const cited = isCitable(type) ? sql`record.id in ${citedIds(within, type)}` : undefined
    const either = [own, cited].filter((each) => each !== undefined)
    if (either.length > 0)
      scopes.push({
        scope: sql`record.patient_id = ${sql.lit('')} and (${sql.join(either, sql` or `)})`,
        patientId: '',
      })
  }
  return scopes
}

/** A record in several covered compartments counts in the first. */
function isInFirstCompartment(within: Confinement): RawBuilder<boolean> {
  return sql`(record.compartments = 1 or not exists (
    select 1 from record as other
    where other.type = record.type and other.id = record.id and other.compartments > 1
      and other.patient_id < record.patient_id and ${isCovered('other.patient_id', within)}))`
}
