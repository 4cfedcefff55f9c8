import { setTimeout as sleep } from 'node:timers/promises'
import { type RawBuilder, sql, type Transaction } from 'kysely'
import { parametersOf } from '#fhir/search/parameters.ts'
import { insertRows } from '../../store/insert-rows.ts'
import type { Schema } from '../../store/schema/schema.ts'
import type { Db } from '../../store/store.ts'
import { inTransaction } from '../../store/transaction.ts'
import { indexRowsOf } from './index-rows.ts'
import { parameterNumber } from './parameter-number.ts'
import { type ReadAgain, readAgain } from './read-again.ts'

/** Counts up with every change of the rules by which index rows are taken from records. */
export const indexVersion = 4

/** Rows by the rules of this version and later ones still answer searches, for the most part, until they are written anew. */
const oldestServed = 3

/** The number of records in one transaction. Other writes wait no longer than for one. */
const batchSize = 200

/** The last record that is done, in the order of record_pk. */
interface Place {
  patientId: string
  type: string
  id: string
}

const beginning: Place = { patientId: '', type: '', id: '' }

export interface IndexState {
  /** The version of the rules by which the index was written. Undefined when it was never written. */
  version: number | undefined
  isCurrent: boolean
  /**
   * The number of records written by the present rules, and of all records. Both have to be counted, so they are given only while
   * work is due.
   */
  done: number
  all: number
}

/** How far the index is. */
export async function examineIndex(db: Db): Promise<IndexState> {
  const noted = await db.selectFrom('search_index').selectAll().executeTakeFirst()
  const version = noted?.version
  if (version === indexVersion) return { version, isCurrent: true, done: 0, all: 0 }
  const place = placeOf(noted)
  const { all, done } = await db
    .selectFrom('record')
    .select(({ fn }) => [
      fn.countAll<number>().as('all'),
      sql<number>`count(case when (patient_id, type, id) <= (${place.patientId}, ${place.type}, ${place.id}) then 1 end)`.as(
        'done',
      ),
    ])
    .executeTakeFirstOrThrow()
  return { version, isCurrent: false, done: Number(done), all: Number(all) }
}

/** Whether searches can be answered at once, be it by rows of older rules. */
export async function canBeSearched(db: Db): Promise<boolean> {
  const noted = await db.selectFrom('search_index').select('version').executeTakeFirst()
  return noted !== undefined && noted.version >= oldestServed
}

export interface ReindexOptions {
  /** Addresses of our own API: references below them are those of records here. */
  bases: readonly string[]
  /** A pause between two batches, so that others have their turn. */
  pauseMs?: number
  /** Ends the work after a batch. The next call continues. */
  signal?: AbortSignal
  onProgress?(state: { done: number; all: number }): void
}

/**
 * Writes the index of all records anew when it was written by other rules, batch by batch: each batch replaces the rows of its
 * records and notes the place, in one transaction. A stop loses nothing, several processes share the work, and searches meanwhile
 * use old and new rows.
 */
export async function bringIndexUpToDate(db: Db, options: ReindexOptions): Promise<void> {
  const { pauseMs = 0, signal, onProgress } = options
  const before = await examineIndex(db)
  if (before.isCurrent) return
  let { done } = before
  for (;;) {
    if (signal?.aborted) return
    const started = performance.now()
    const count = await inTransaction(db, (trx) => writeBatch(trx, options))
    if (count === 0) return
    done += count
    onProgress?.({ done, all: Math.max(done, before.all) })
    // A pause of at most the time of the batch, so that half of the time is for others.
    await sleep(Math.min(pauseMs, performance.now() - started))
  }
}

/** How many records were done; 0 at the end, when the version is noted. */
async function writeBatch(trx: Transaction<Schema>, { bases }: ReindexOptions): Promise<number> {
  const noted = await trx.selectFrom('search_index').selectAll().executeTakeFirst()
  if (noted?.version === indexVersion) return 0
  const place = placeOf(noted)
  // uses record_pk
  const rows = await trx
    .selectFrom('record')
    .select([
      'no',
      'patient_id',
      'type',
      'id',
      'version_id',
      'last_updated',
      'practice_id',
      'date_start',
      'date_end',
      'content',
    ])
    .where(isBeyond(place))
    .orderBy('patient_id')
    .orderBy('type')
    .orderBy('id')
    .limit(batchSize)
    .execute()
  const last = rows.at(-1)
  if (!last) {
    await noteVersion(trx)
    return 0
  }
  await removeRows(trx, rows)
  const read = rows.map((row) => readAgain(row, bases))
  for (const each of read) await keepChanges(trx, each)
  await insertRows(
    trx,
    indexRowsOf(
      read.map(({ row, values }) => ({
        type: row.type,
        rows: [{ patientId: row.patient_id, no: row.no }],
        values,
      })),
    ),
  )
  await notePlace(
    trx,
    { patientId: last.patient_id, type: last.type, id: last.id },
    { isNoted: noted !== undefined },
  )
  return rows.length
}

function placeOf(noted: { next_version: number | null; next_place: string | null } | undefined): Place {
  return noted?.next_version === indexVersion && noted.next_place !== null
    ? (JSON.parse(noted.next_place) as Place)
    : beginning
}

function isBeyond({ patientId, type, id }: Place): RawBuilder<boolean> {
  return sql<boolean>`(patient_id, type, id) > (${patientId}, ${type}, ${id})`
}

type Row = ReadAgain['row']

/**
 * Deletes the rows of these records, by whatever rules they were written: all parameters of each patient and type. Rows of texts
 * lie in the order of their values, so all rows of a patient and parameter are looked at.
 */
async function removeRows(trx: Transaction<Schema>, rows: readonly Row[]): Promise<void> {
  for (const [, some] of Map.groupBy(rows, (row) => `${row.patient_id} ${row.type}`)) {
    const [first] = some
    if (!first) continue
    const numbers = some.map(({ no }) => no)
    for (const table of ['record_text', 'record_range'] as const)
      await trx
        .deleteFrom(table)
        .where('patient_id', '=', first.patient_id)
        .where('parameter', 'in', parametersFor(first.type))
        .where('record_no', 'in', numbers)
        .execute()
  }
}

const parametersByType = new Map<string, number[]>()

function parametersFor(type: string): number[] {
  const known = parametersByType.get(type)
  if (known) return known
  const found = parametersOf(type).flatMap(({ code }) =>
    [code, `${code}:text`, `${code}:identifier`].map((param) => parameterNumber(type, param)),
  )
  parametersByType.set(type, found)
  return found
}

/** Writes what else follows from the rules: the date of a record, its citations, and references with our own address. */
async function keepChanges(
  trx: Transaction<Schema>,
  { row, date, content, citations }: ReadAgain,
): Promise<void> {
  const [start, end] = [date?.start ?? null, date?.end ?? null]
  const isSame = row.date_start === start && row.date_end === end && content === row.content
  if (!isSame)
    // uses record_pk
    await trx
      .updateTable('record')
      .set({ date_start: start, date_end: end, content })
      .where('patient_id', '=', row.patient_id)
      .where('type', '=', row.type)
      .where('id', '=', row.id)
      .execute()
  if (content === row.content) return
  for (const { type, id } of citations)
    await trx
      .insertInto('record_citation')
      .values({
        patient_id: row.patient_id,
        target_type: type,
        target_id: id,
        source_type: row.type,
        source_id: row.id,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
}

async function notePlace(
  trx: Transaction<Schema>,
  place: Place,
  { isNoted }: { isNoted: boolean },
): Promise<void> {
  const next = { next_version: indexVersion, next_place: JSON.stringify(place) }
  if (isNoted) await trx.updateTable('search_index').set(next).execute()
  // Version 0: no rules were used yet.
  else
    await trx
      .insertInto('search_index')
      .values({ version: 0, ...next })
      .execute()
}

async function noteVersion(trx: Transaction<Schema>): Promise<void> {
  await trx.deleteFrom('search_index').execute()
  await trx
    .insertInto('search_index')
    .values({ version: indexVersion, next_version: null, next_place: null })
    .execute()
}
