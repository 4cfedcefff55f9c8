import type { Confinement } from '../confinement.ts'
import type { Db } from '../store/store.ts'
import { narrowToPatient } from './confinement-conditions.ts'
import { countRecords } from './count-records.ts'
import type { ListPage, ListQuery, PageKey } from './list-query.ts'
import { type ListedRow, type ListedRows, type Source, sourcesOf } from './list-sources.ts'
import { pickedIds } from './picked-ids.ts'

/** A page of a list in the order (patient_id, id), with the keys of the pages before and after it. */
export async function listRecords(db: Db, confinement: Confinement, query: ListQuery): Promise<ListPage> {
  const confined =
    query.patientId === undefined ? confinement : await narrowToPatient(db, confinement, query.patientId)
  const picked = query.ids ? await pickedIds(db, confined, query, query.ids) : undefined
  const walk = merge(picked ? [picked.source] : sourcesOf(db, confined, query))
  const { rows, hasBefore, hasAfter } = await takePage(walk, query)
  const [first, last] = [rows.at(0), rows.at(-1)]
  const isWhole = !hasBefore && !hasAfter
  return {
    count: isWhole ? rows.length : (picked?.count ?? (await countRecords(db, confined, query))),
    contents: rows.map((row) => row.content),
    next: hasAfter && last ? keyOf(last) : undefined,
    previous: hasBefore && first ? keyOf(first) : undefined,
  }
}

interface Page {
  rows: ListedRow[]
  hasBefore: boolean
  hasAfter: boolean
}

/** One more row than needed shows whether there is more on that side. The other side is asked for one row. */
async function takePage(walk: Source, { pageSize, after, before }: ListQuery): Promise<Page> {
  const direction = before === undefined ? 'forward' : 'backward'
  const found = await walk({ direction, from: before ?? after, limit: pageSize + 1 })
  const hasMore = found.isCut || found.rows.length > pageSize
  const rows = found.rows.slice(0, pageSize)
  const [nearest] = rows
  if (direction === 'backward') rows.reverse()
  if (before === undefined && after === undefined) return { rows, hasBefore: false, hasAfter: hasMore }
  const back = direction === 'forward' ? 'backward' : 'forward'
  const behind = nearest ? (await walk({ direction: back, from: keyOf(nearest), limit: 1 })).rows : []
  return direction === 'forward'
    ? { rows, hasBefore: behind.length > 0, hasAfter: hasMore }
    : { rows, hasBefore: hasMore, hasAfter: behind.length > 0 }
}

/**
 * Several ordered runs as one. A record in several runs comes once. The rows beyond the end of a run that was cut are not known.
 */
function merge(sources: Source[]): Source {
  const [only] = sources
  if (only && sources.length === 1) return only
  return async (walk) => {
    const runs: ListedRows[] = []
    for (const source of sources) runs.push(await source(walk))
    const order =
      walk.direction === 'forward' ? compareRows : (a: ListedRow, b: ListedRow) => compareRows(b, a)
    const ends = runs.flatMap(({ rows, isCut }) => (isCut ? (rows.at(-1) ?? []) : [])).sort(order)
    const [end] = ends
    const sorted = runs.flatMap(({ rows }) => rows).sort(order)
    const rows = sorted
      .filter((row, index) => !isSameRow(row, sorted[index - 1]))
      .filter((row) => end === undefined || order(row, end) <= 0)
    return { rows: rows.slice(0, walk.limit), isCut: end !== undefined }
  }
}

/** Ids are ASCII, so that this is the order of the database's bytes too. */
function compareRows(a: PageRow, b: PageRow): number {
  if (a.patient_id !== b.patient_id) return a.patient_id < b.patient_id ? -1 : 1
  if (a.id === b.id) return 0
  return a.id < b.id ? -1 : 1
}

type PageRow = Pick<ListedRow, 'patient_id' | 'id'>

function isSameRow(a: PageRow, b: PageRow | undefined): boolean {
  return b !== undefined && compareRows(a, b) === 0
}

function keyOf(row: ListedRow): PageKey {
  return { patientId: row.patient_id, id: row.id }
}
