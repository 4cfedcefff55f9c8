import { sql } from 'kysely'
import { canBeAboutNobody, canBeAboutPatient } from '#fhir/compartment/compartment.ts'
import type { Confinement } from '../confinement.ts'
import { preparedQuery } from '../store/prepared-query.ts'
import { asExpression, type Fragment, preparedPage, readQuery } from '../store/statement.ts'
import type { Db } from '../store/store.ts'
import { citedIds } from './citations.ts'
import type { ListQuery, PageKey } from './list-query.ts'
import { isFirstRow, matchesQuery } from './record-filters.ts'

/** The columns that a list needs. */
export interface ListedRow {
  patient_id: string
  id: string
  content: string
}

/** Records of a run, in its order. `isCut`: there are more, which were left out because these fill the page. */
export interface ListedRows {
  rows: ListedRow[]
  isCut: boolean
}

/** Where a page goes from: `from` is exclusive; undefined means the very first or last record. */
export interface Walk {
  direction: 'forward' | 'backward'
  from: PageKey | undefined
  limit: number
}

/**
 * One ordered run of records of a list. Each is a walk along one index, so that a page costs the same wherever it
 * lies; a list over several (wards, panel, shared records) merges them.
 */
export type Source = (walk: Walk) => Promise<ListedRows>

export function sourcesOf(db: Db, confinement: Confinement, query: ListQuery): Source[] {
  const { type } = query
  const sources: Source[] = []
  if (canBeAboutPatient(type)) {
    if (confinement.patientIds.length > 0) sources.push(namedPatients(db, confinement, query))
    for (const practiceId of confinement.practiceIds) sources.push(panel(db, confinement, query, practiceId))
  }
  if (canBeAboutNobody(type)) {
    for (const practiceId of confinement.practiceIds) sources.push(ofPractice(db, query, practiceId))
    const ids = citedIds(confinement, type)
    if (ids) sources.push(cited(db, query, ids))
  }
  return sources
}

const nothing: ListedRows = { rows: [], isCut: false }

const columns = ['record.patient_id', 'record.id', 'record.content'] as const

/** Patients one after the other in the order of the list, until the page is full; by record_pk. */
function namedPatients(db: Db, confinement: Confinement, query: ListQuery): Source {
  const sorted = [...new Set(confinement.patientIds)].sort()
  return async (walk) => {
    const rows: ListedRow[] = []
    let isCut = false
    for (const patientId of walk.direction === 'forward' ? sorted : sorted.toReversed()) {
      if (isCut || rows.length >= walk.limit) break
      if (isPassed(patientId, walk)) continue
      const found = await rowsOfPatient(db, { confinement, query }, patientId, {
        ...walk,
        limit: walk.limit - rows.length,
      })
      rows.push(...found.rows)
      isCut = found.isCut
    }
    return { rows, isCut }
  }
}

function isPassed(patientId: string, { direction, from }: Walk): boolean {
  if (from === undefined) return false
  return direction === 'forward' ? patientId < from.patientId : patientId > from.patientId
}

/** What is listed, and inside which confinement. */
interface Asked {
  confinement: Confinement
  query: ListQuery
}

/** The commonest list of all: one patient's app, no filters. Every id is greater than ''. By record_pk. */
const recordsOfPatient = preparedPage(
  (db, ...[patientId, type, after, limit]: [string, string, string, number]) =>
    db
      .selectFrom('record')
      .select(columns)
      .where('record.patient_id', '=', patientId)
      .where('record.type', '=', type)
      .where('record.id', '>', after)
      .orderBy('record.id')
      .limit(limit),
)

async function rowsOfPatient(
  db: Db,
  { confinement, query }: Asked,
  patientId: string,
  { direction, from, limit }: Walk,
): Promise<ListedRows> {
  const { type, dates = [], lastUpdatedFrom } = query
  const isPlain =
    dates.length === 0 && lastUpdatedFrom === undefined && !query.conditions && !coversSeveral(confinement)
  if (isPlain && direction === 'forward')
    return recordsOfPatient(db, patientId, type, from?.patientId === patientId ? from.id : '', limit)
  let rows = db
    .selectFrom('record')
    .select(columns)
    .where('record.patient_id', '=', patientId)
    .where((eb) => matchesQuery(eb, query))
  if (coversSeveral(confinement)) rows = rows.where(isFirstRow(query, confinement))
  if (from?.patientId === patientId)
    rows = rows.where('record.id', direction === 'forward' ? '>' : '<', from.id)
  return readQuery(db, rows.orderBy('record.id', direction === 'forward' ? 'asc' : 'desc').limit(limit))
}

export function coversSeveral({ patientIds, practiceIds }: Confinement): boolean {
  return patientIds.length > 1 || practiceIds.length > 0
}

/**
 * Walks the panel along practice_patient_pk, and each patient's records along record_pk. The rest of the patient in whose records
 * the last page ended comes first.
 */
function panel(db: Db, confinement: Confinement, query: ListQuery, practiceId: string): Source {
  return async (walk) => {
    const { direction, from, limit } = walk
    const isForward = direction === 'forward'
    const rest =
      from === undefined
        ? nothing
        : await restOfPatient(db, { confinement, query }, practiceId, { ...walk, from })
    if (rest.isCut || rest.rows.length >= limit) return rest
    let rows = db
      .selectFrom('practice_patient')
      // The order of the join matters: SQLite would begin with all records of the type.
      .crossJoin('record')
      .select(columns)
      .whereRef('record.patient_id', '=', 'practice_patient.patient_id')
      .where('practice_patient.practice_id', '=', practiceId)
      .where((eb) => matchesQuery(eb, query))
      .where(isFirstRow(query, confinement))
    if (from) rows = rows.where('practice_patient.patient_id', isForward ? '>' : '<', from.patientId)
    const others = await readQuery(
      db,
      rows
        .orderBy('practice_patient.patient_id', isForward ? 'asc' : 'desc')
        .orderBy('record.id', isForward ? 'asc' : 'desc')
        .limit(limit - rest.rows.length),
    )
    return { rows: [...rest.rows, ...others.rows], isCut: others.isCut }
  }
}

const isOnPanel = preparedQuery((db, practiceId: string, patientId: string) =>
  db
    .selectFrom('practice_patient')
    .select('patient_id')
    .where('practice_id', '=', practiceId)
    .where('patient_id', '=', patientId),
)

async function restOfPatient(
  db: Db,
  asked: Asked,
  practiceId: string,
  walk: Walk & { from: PageKey },
): Promise<ListedRows> {
  // The patient may have left the panel since the last page: uses practice_patient_pk.
  const [kept] = await isOnPanel(db, practiceId, walk.from.patientId)
  return kept ? rowsOfPatient(db, asked, walk.from.patientId, walk) : nothing
}

/** Records about nobody that a covered practice keeps; by record_practice. */
function ofPractice(db: Db, query: ListQuery, practiceId: string): Source {
  return (walk) =>
    walkAboutNobody(db, query, walk, (rows) => rows.where('record.practice_id', '=', practiceId))
}

/** Records about nobody that readable records cite; by record_pk. */
function cited(db: Db, query: ListQuery, ids: Fragment): Source {
  return (walk) =>
    walkAboutNobody(db, query, walk, (rows) => rows.where('record.id', 'in', asExpression<string>(ids)))
}

type AboutNobody = ReturnType<typeof selectAboutNobody>

function selectAboutNobody(db: Db, query: ListQuery) {
  return db
    .selectFrom('record')
    .select(columns)
    .where('record.patient_id', '=', sql.lit(''))
    .where((eb) => matchesQuery(eb, query))
}

async function walkAboutNobody(
  db: Db,
  query: ListQuery,
  { direction, from, limit }: Walk,
  confine: (rows: AboutNobody) => AboutNobody,
): Promise<ListedRows> {
  const isForward = direction === 'forward'
  // Records about nobody come before those of every patient.
  if (isForward && from !== undefined && from.patientId !== '') return nothing
  let rows = confine(selectAboutNobody(db, query))
  if (from?.patientId === '') rows = rows.where('record.id', isForward ? '>' : '<', from.id)
  return readQuery(db, rows.orderBy('record.id', isForward ? 'asc' : 'desc').limit(limit))
}
