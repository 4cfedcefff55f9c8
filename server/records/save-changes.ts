import type { Transaction } from 'kysely'
import type { Schema } from '../store/schema/schema.ts'
import { chunked } from './chunked.ts'
import type { PreparedRecord } from './prepare-record.ts'
import { addIndexRows, removeIndexRows } from './search/index-rows.ts'
import type { Stored } from './stored-records.ts'

/** A new version of a record that is about to be written. */
export interface Change {
  record: PreparedRecord
  before: Stored | undefined
  /** In order; [''] for a record about nobody. */
  compartments: string[]
  versionId: number
  lastUpdated: number
  content: string
}

/** Rows in one statement: few enough for every database's limit on parameters. */
const rowsPerStatement = 250

export async function saveChanges(trx: Transaction<Schema>, changes: Change[]): Promise<void> {
  await retire(trx, changes)
  const numbers = await insertRecords(trx, changes)
  for (const rows of chunked(changes.flatMap(toCitations), rowsPerStatement))
    await trx.insertInto('record_citation').values(rows).execute()
  await addIndexRows(
    trx,
    changes.map(({ record: { type, id, values }, compartments }) => ({
      type,
      values,
      rows: compartments.map((patientId) => ({
        patientId,
        no: numbers.get(rowName({ patient_id: patientId, type, id })) ?? 0,
      })),
    })),
  )
}

/** The numbers of the new rows, by `rowName`. */
async function insertRecords(trx: Transaction<Schema>, changes: Change[]): Promise<Map<string, number>> {
  const numbers = new Map<string, number>()
  const [kept, fresh] = partition(changes.flatMap(toRows), ({ no }) => no !== undefined)
  // Those that keep their number come first: SQLite would give it to a new row, now that the old one is gone.
  for (const rows of [...chunked(kept, rowsPerStatement), ...chunked(fresh, rowsPerStatement)]) {
    const inserted = await trx
      .insertInto('record')
      .values(rows)
      .returning(['no', 'patient_id', 'type', 'id'])
      .execute()
    for (const row of inserted) numbers.set(rowName(row), row.no)
  }
  return numbers
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))]
}

function rowName({ patient_id, type, id }: { patient_id: string; type: string; id: string }): string {
  return `${type}/${id} ${patient_id}`
}

/** Deletes a record: its last version joins its history, and after it the deletion itself as a version without content. */
export async function deleteRecord(
  trx: Transaction<Schema>,
  { type, id, before }: { type: string; id: string; before: Stored },
  now: number,
): Promise<void> {
  await retire(trx, [{ record: { type, id }, before }])
  const rows = before.patientIds.map((patientId) => ({
    patient_id: patientId,
    type,
    id,
    version_id: before.versionId + 1,
    last_updated: now,
    deleted: 1,
    content: '',
  }))
  await trx.insertInto('record_version').values(rows).execute()
}

interface Retired {
  record: { type: string; id: string }
  before: Stored | undefined
}

/** Moves what is replaced into the history of the compartments that held it, and forgets what it cited. */
async function retire(trx: Transaction<Schema>, changes: readonly Retired[]): Promise<void> {
  for (const { record, before } of changes) {
    if (!before) continue
    const { type, id } = record
    await trx
      .insertInto('record_version')
      .values(
        before.patientIds.map((patientId) => ({
          patient_id: patientId,
          type,
          id,
          version_id: before.versionId,
          last_updated: before.lastUpdated,
          deleted: 0,
          content: before.content,
        })),
      )
      .execute()
    const rows = [...before.numbers].map(([patientId, no]) => ({ patientId, no }))
    await removeIndexRows(trx, { type, rows, content: before.content })
    // uses record_address
    await trx.deleteFrom('record').where('type', '=', type).where('id', '=', id).execute()
    // uses record_citation_source
    await trx
      .deleteFrom('record_citation')
      .where('patient_id', 'in', before.patientIds)
      .where('source_type', '=', type)
      .where('source_id', '=', id)
      .execute()
  }
}

function toRows({ record, before, compartments, versionId, lastUpdated, content }: Change) {
  return compartments.map((patientId) => ({
    // The same as before: pages of a search go on after it.
    no: before?.numbers.get(patientId),
    patient_id: patientId,
    type: record.type,
    id: record.id,
    version_id: versionId,
    last_updated: lastUpdated,
    practice_id: record.practiceId,
    compartments: compartments.length,
    date_start: record.date?.start ?? null,
    date_end: record.date?.end ?? null,
    content,
  }))
}

function toCitations({ record, compartments }: Change) {
  return compartments.flatMap((patientId) =>
    record.citations.map((target) => ({
      patient_id: patientId,
      target_type: target.type,
      target_id: target.id,
      source_type: record.type,
      source_id: record.id,
    })),
  )
}
