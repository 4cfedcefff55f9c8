import { canBeAboutNobody } from '#fhir/compartment/compartment.ts'
import type { SearchQuery } from '#fhir/search/search-query.ts'
import { readRows, sqlJoin, sqlName, sqlNothing, sqlText } from '../../store/statement.ts'
import type { Db } from '../../store/store.ts'
import { narrowToPatient } from '../confinement.ts'
import type { Confinement } from '../records.ts'
import { type Matching, matchingRows, namedPatient } from './matching-rows.ts'
import { narrowToReferring } from './narrow-to-referring.ts'
import { isBeyond, type OrderColumn, orderBy, type SearchKey } from './search-order.ts'

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

interface FoundRow extends Record<`k${number}`, string | number> {
  no: number
  patient_id: string
  id: string
  content: string
  total?: number
}

/** One page of what matches, inside the confinement, in the order asked for. */
export async function searchRecords(db: Db, within: Confinement, page: SearchPageQuery): Promise<SearchPage> {
  const { query, withTotal } = page
  const narrowed = await narrowToNamedPatient(db, within, query)
  const matching = matchingRows(narrowed, query)
  const { rows, hasBefore, hasAfter } = await takePage(db, matching, page)
  const [first, last] = [rows.at(0), rows.at(-1)]
  const isWhole = !hasBefore && !hasAfter
  const known = isWhole ? rows.length : first?.total
  return {
    total: withTotal ? Number(known ?? (await countRows(db, matching))) : undefined,
    records: rows.map((row) => ({ patientId: row.patient_id, id: row.id, content: row.content })),
    next: hasAfter && last ? keyOf(last, matching.columns) : undefined,
    previous: hasBefore && first ? keyOf(first, matching.columns) : undefined,
  }
}

/** How many records match. */
export async function countFound(
  db: Db,
  within: Confinement,
  query: SearchPageQuery['query'],
): Promise<number> {
  return countRows(db, matchingRows(await narrowToNamedPatient(db, within, query), query))
}

async function countRows(db: Db, { unsorted }: Matching): Promise<number> {
  const [row] = await readRows<{ total: number }>(
    db,
    sqlText`select count(*) as total from (${unsorted}) as found`,
  )
  return Number(row?.total ?? 0)
}

/**
 * A search that names one covered patient by `patient` or `subject` is confined to that patient's compartment, where all
 * its matches lie: a record is in the compartment of whom it is about.
 */
async function narrowToNamedPatient(
  db: Db,
  within: Confinement,
  { type, conditions }: SearchPageQuery['query'],
): Promise<Confinement> {
  if (within.patientIds.length + within.practiceIds.length === 1 && within.practiceIds.length === 0)
    return within
  if (canBeAboutNobody(type)) return within
  for (const condition of conditions) {
    const patientId = namedPatient(condition)
    const narrowed = patientId === undefined ? undefined : await narrowToPatient(db, within, patientId)
    if (narrowed && narrowed.patientIds.length > 0) return narrowed
  }
  return narrowToReferring(db, within, type, conditions)
}

interface Page {
  rows: FoundRow[]
  hasBefore: boolean
  hasAfter: boolean
}

/** One more row than asked for tells whether there is more on that side; the other side is asked for one row. */
async function takePage(
  db: Db,
  matching: Matching,
  { pageSize, after, before, withTotal }: SearchPageQuery,
): Promise<Page> {
  const isBackward = before !== undefined
  const from = before ?? after
  // The first page looks at every match anyway, to sort them: it counts them on the way. A walk along an index that is in
  // order stops at the end of the page.
  const isCounting = withTotal && from === undefined && !matching.isCountedApart
  const found = await takeRows(db, matching, { from, isBackward, limit: pageSize + 1, isCounting })
  const hasMore = found.length > pageSize
  const rows = found.slice(0, pageSize)
  const [nearest] = rows
  if (isBackward) rows.reverse()
  if (from === undefined || !nearest) return { rows, hasBefore: false, hasAfter: hasMore }
  const other = { from: keyOf(nearest, matching.columns), isBackward: !isBackward, limit: 1, isCounting }
  const hasOther = (await takeRows(db, matching, other)).length > 0
  return isBackward
    ? { rows, hasBefore: hasMore, hasAfter: hasOther }
    : { rows, hasBefore: hasOther, hasAfter: hasMore }
}

interface Taking {
  /** Exclusive; undefined: from the very first or last. */
  from: SearchKey | undefined
  isBackward: boolean
  limit: number
  isCounting: boolean
}

/** Some rows in their order. The texts are fetched for these alone: sorted with them, all matches would be carried along. */
async function takeRows(
  db: Db,
  { rows, columns }: Matching,
  { from, isBackward, limit, isCounting }: Taking,
): Promise<FoundRow[]> {
  const keys = sortedBy(columns).map((column) => sqlText`, ${sqlName(`page.${column.name}`)}`)
  return readRows<FoundRow>(
    db,
    sqlText`
    select page.patient_id, page.no, record.id, record.content ${sqlJoin(keys, ' ')}
      ${isCounting ? sqlText`, page.total` : sqlNothing}
    from (
      select found.* ${isCounting ? sqlText`, count(*) over () as total` : sqlNothing} from (${rows}) as found
      ${from ? sqlText`where ${isBeyond(columns, from, isBackward)}` : sqlNothing}
      order by ${orderBy(columns, isBackward, 'found')} limit ${limit}) as page
    join record on record.patient_id = page.patient_id and record.no = page.no
    order by ${orderBy(columns, isBackward, 'page')}`,
  )
}

/** The columns of the order without the last two, which name the record. */
function sortedBy(columns: readonly OrderColumn[]): readonly OrderColumn[] {
  return columns.slice(0, -2)
}

function keyOf(row: FoundRow, columns: readonly OrderColumn[]): SearchKey {
  return {
    values: sortedBy(columns).map((_column, index) => row[`k${index}`] ?? ''),
    patientId: row.patient_id,
    id: row.id,
    no: row.no,
  }
}
