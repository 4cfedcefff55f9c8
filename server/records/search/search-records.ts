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
import { findLeading, meetsCondition } from './search-conditions.ts'
import { isBeyond, orderBy, type SearchKey, sortColumns } from './search-order.ts'

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
  const columns = sortColumns(query.type, query.sort)
  const isBackward = before !== undefined
  const key = before ?? after
  const matching = matchingRows(
    narrowed,
    query,
    columns.map(({ expression }) => expression),
  )
  // The first page looks at every match anyway, to sort them: it counts them on the way.
  const isCounting = withTotal && key === undefined
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
    total: counted ?? (withTotal ? await countMatching(db, matching) : undefined),
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
  return countMatching(db, matchingRows(await narrowToNamedPatient(db, within, query), query, []))
}

async function countMatching(db: Db, matching: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ total: number }>`select count(*) as total from (${matching}) as found`.execute(
    db,
  )
  return Number(rows[0]?.total ?? 0)
}

/** Every matching record once, with the columns it is sorted by. */
function matchingRows(
  within: Confinement,
  { type, conditions }: SearchQueryPart,
  sortExpressions: RawBuilder<unknown>[],
): RawBuilder<unknown> {
  const keys = sortExpressions.map((expression, index) => sql`, ${expression} as ${sql.ref(`k${index}`)}`)
  const branch = ({ scope, patientId }: Scope) => {
    const leading = findLeading(conditions)
    const open = conditions.filter((each) => !isImplied(each, type, patientId))
    const met = open.map((each) => {
      const subject = { alias: 'record', type, ...(each === leading ? { patientId } : {}) }
      return sql`and ${meetsCondition(each, subject, within)}`
    })
    return sql`
    select record.patient_id, record.id ${sql.join(keys, sql` `)}
    from record where record.type = ${type} and ${scope} ${sql.join(met, sql` `)}`
  }
  const branches = scopesOf(within, type).map(branch)
  return branches.length === 0 ? branch({ scope: sql`1 = 0` }) : sql.join(branches, sql` union all `)
}

interface Scope {
  scope: RawBuilder<boolean>
  /** When it is one compartment, or that of nobody. */
  patientId?: string | undefined
}

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
