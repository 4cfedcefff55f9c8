import { canBeAboutNobody } from '#fhir/compartment/compartment.ts'
import type { SearchQuery } from '#fhir/search/search-query.ts'
import type { Confinement } from '../../confinement.ts'
import {
  type Fragment,
  readPage,
  readRows,
  sqlJoin,
  sqlName,
  sqlNothing,
  sqlText,
} from '../../store/statement.ts'
import type { Db } from '../../store/store.ts'
import { narrowToPatient } from '../confinement-conditions.ts'
import type { Matching } from './matching.ts'
import { matchingRows, type Narrowed, namedPatient } from './matching-rows.ts'
import { narrowToReferring } from './narrow-to-referring.ts'
import { assertInOrder, isBeyond, isNotBeyond, nameOrder, orderBy, type SearchKey } from './search-order.ts'

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
  id: string
  content: string
  /** Undefined when all rows are of one patient. */
  patient_id?: string
  /** The same in each row. */
  total?: number
  /** 1 when there are records on the other side of the page; the same in each row. */
  others?: number
}

/** One page of what matches, inside the confinement, in the order asked for. Throws `invalid-parameter` for a place of another order. */
export async function searchRecords(
  db: Db,
  confinement: Confinement,
  page: SearchPageQuery,
): Promise<SearchPage> {
  const { query, pageSize, after, before, withTotal } = page
  const matching = matchingRows(await narrowToNamedPatient(db, confinement, query), query)
  assertInOrder(matching.columns, after ?? before)
  // One more row than needed shows whether there is more on that side.
  const { rows: found, isCut } = await readPage<FoundRow>(db, takeRows(matching, page))
  const hasMore = isCut || found.length > pageSize
  const rows = found.length > pageSize ? found.slice(0, pageSize) : found
  const hasOthers = Number(found[0]?.others ?? 0) > 0
  if (before) rows.reverse()
  const [first, last] = [rows[0], rows.at(-1)]
  const [hasBefore, hasAfter] = before ? [hasMore, hasOthers] : [hasOthers, hasMore]
  return {
    total: withTotal ? await totalOf(db, matching, { first, isFirstPage: !after && !before }) : undefined,
    records: rows.map(({ id, content }) => ({ id, content })),
    next: hasAfter && last ? keyOf(last, matching) : undefined,
    previous: hasBefore && first ? keyOf(first, matching) : undefined,
  }
}

/** Every row has the total. A page without rows has a total of 0 only when it is the first page. */
async function totalOf(
  db: Db,
  matching: Matching,
  { first, isFirstPage }: { first: FoundRow | undefined; isFirstPage: boolean },
): Promise<number> {
  if (first?.total !== undefined) return Number(first.total)
  return isFirstPage ? 0 : countRows(db, matching)
}

/** How many records match. */
export async function countFound(
  db: Db,
  confinement: Confinement,
  query: SearchPageQuery['query'],
): Promise<number> {
  return countRows(db, matchingRows(await narrowToNamedPatient(db, confinement, query), query))
}

async function countRows(db: Db, { total }: Matching): Promise<number> {
  const [row] = await readRows<{ total: number }>(db, sqlText`select ${total} as total`)
  return Number(row?.total ?? 0)
}

/**
 * A search that names one covered patient by `patient` or `subject` is confined to that patient's compartment, where all its
 * matches lie, because a record is in the compartment of its patient.
 */
async function narrowToNamedPatient(
  db: Db,
  confinement: Confinement,
  { type, conditions }: SearchPageQuery['query'],
): Promise<Narrowed> {
  const isOne = confinement.patientIds.length === 1 && confinement.practiceIds.length === 0
  if (isOne || canBeAboutNobody(type)) return { confinement, chainConfinement: confinement, isLasting: true }
  for (const condition of conditions) {
    const patientId = namedPatient(condition)
    const narrowed = patientId === undefined ? undefined : await narrowToPatient(db, confinement, patientId)
    if (narrowed && narrowed.patientIds.length > 0)
      return { confinement: narrowed, chainConfinement: confinement, isLasting: true }
  }
  const referring = await narrowToReferring(db, confinement, type, conditions)
  return { confinement: referring, chainConfinement: confinement, isLasting: false }
}

/**
 * The rows of a page in their order, with one more when there is one. The texts are fetched for the rows of the page alone,
 * because a sort would carry the texts of all matches along. The whole page comes from one statement, so that it is true of one
 * moment.
 */
function takeRows(
  { rows, rowsAround, total, columns, patientId, isCountedApart }: Matching,
  { pageSize, after, before, withTotal }: SearchPageQuery,
): Fragment {
  const from = before ?? after
  const isBackward = before !== undefined
  const limit = pageSize + 1
  const near = rowsAround?.({ from, isBackward, limit }) ?? rows
  // The first page looks at every match to sort them, and counts them on the way. A walk along an index in the right order
  // stops at the end of the page.
  const isCountedOnTheWay = withTotal && !from && !isCountedApart
  const extra = [
    ...columns.filter(({ isTold }) => isTold).map(({ name }) => sqlText`, ${sqlName(`page.${name}`)}`),
    ...(patientId === undefined ? [sqlText`, page.patient_id`] : []),
    ...(isCountedOnTheWay ? [sqlText`, page.total`] : []),
    ...(withTotal && !isCountedOnTheWay ? [sqlText`, ${total} as total`] : []),
    ...(from
      ? [
          sqlText`, case when exists (select 1 from (${rows}) as other where ${isNotBeyond(columns, from, { isBackward })})
            then 1 else 0 end as others`,
        ]
      : []),
  ]
  return sqlText`
    select page.no, record.id, record.content ${sqlJoin(extra, ' ')}
    from (
      select found.* ${isCountedOnTheWay ? sqlText`, count(*) over () as total` : sqlNothing} from (${near}) as found
      ${from ? sqlText`where ${isBeyond(columns, from, { isBackward })}` : sqlNothing}
      order by ${orderBy(columns, 'found', { isBackward })} limit ${limit}) as page
    join record on record.patient_id = page.patient_id and record.no = page.no
    order by ${orderBy(columns, 'page', { isBackward })}`
}

function keyOf(row: FoundRow, { columns, patientId }: Matching): SearchKey {
  return {
    values: columns.flatMap(({ name, isTold }) => (isTold ? [row[name as 'k0'] ?? ''] : [])),
    patientId: patientId ?? row.patient_id ?? '',
    id: row.id,
    no: row.no,
    order: nameOrder(columns),
  }
}
