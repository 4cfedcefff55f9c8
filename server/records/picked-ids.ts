import { sql } from 'kysely'
import type { Confinement } from '../confinement.ts'
import { asExpression, readQuery } from '../store/statement.ts'
import type { Db } from '../store/store.ts'
import { citedIds } from './citations.ts'
import { isConfined } from './confinement-conditions.ts'
import type { ListQuery } from './list-query.ts'
import type { ListedRow, Source, Walk } from './list-sources.ts'
import { matchesQuery } from './record-filters.ts'

/**
 * A list of records by their ids. They are few, so all are found at once by record_address, and the page is cut from the result.
 */
export async function pickedIds(
  db: Db,
  confinement: Confinement,
  query: ListQuery,
  ids: string[],
): Promise<{ source: Source; count: number }> {
  const rows =
    ids.length === 0 ? [] : (await readQuery(db, findPicked(db, confinement, query, ids), undefined)).rows
  // A record in several covered compartments is shown in the first.
  const sorted = rows
    .sort((a, b) => compareText(a.id, b.id) || compareText(a.patient_id, b.patient_id))
    .filter((row, index, all) => row.id !== all[index - 1]?.id)
    .sort((a, b) => compareText(a.patient_id, b.patient_id) || compareText(a.id, b.id))
  return { count: sorted.length, source: async (walk) => ({ rows: cut(sorted, walk), isCut: false }) }
}

function findPicked(db: Db, confinement: Confinement, query: ListQuery, ids: string[]) {
  const { type } = query
  const { practiceIds } = confinement
  const cited = citedIds(confinement, type)
  return db
    .selectFrom('record')
    .select(['record.patient_id', 'record.id', 'record.content'])
    .where((eb) => matchesQuery(eb, query))
    .where('record.id', 'in', ids)
    .where((eb) =>
      eb.or([
        eb.and([
          eb('record.patient_id', '<>', ''),
          asExpression<boolean>(isConfined('record.patient_id', confinement)),
        ]),
        eb.and([
          eb('record.patient_id', '=', sql.lit('')),
          eb.or([
            ...(practiceIds.length > 0 ? [eb('record.practice_id', 'in', practiceIds)] : []),
            ...(cited ? [eb('record.id', 'in', asExpression<string>(cited))] : []),
          ]),
        ]),
      ]),
    )
}

function cut(sorted: ListedRow[], { direction, from, limit }: Walk): ListedRow[] {
  const isForward = direction === 'forward'
  const ordered = isForward ? sorted : sorted.toReversed()
  const start = { patient_id: from?.patientId ?? '', id: from?.id ?? '' }
  const beyond = (row: ListedRow) => {
    const order = compareText(row.patient_id, start.patient_id) || compareText(row.id, start.id)
    return isForward ? order > 0 : order < 0
  }
  return (from ? ordered.filter(beyond) : ordered).slice(0, limit)
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
