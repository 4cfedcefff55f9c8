import { sql, type Transaction } from 'kysely'
import { compartmentOfPractice } from '#fhir/compartment/compartment.ts'
import { breathe } from '../breathe.ts'
import { type Cell, filledTable, insertRows } from '../store/insert-rows.ts'
import type { Schema } from '../store/schema/schema.ts'
import type { PreparedRecord } from './prepare-record.ts'
import { takeNumbers } from './record-numbers.ts'
import { indexRowsOf, type RecordRow, removeIndexRows } from './search/index-rows.ts'
import { notBefore, type Stored } from './stored-records.ts'

/** A new version of a record that is about to be written. */
export interface Change {
  record: PreparedRecord
  before: Stored | undefined
  /** Ids of the patients in order; [''] for a record about nobody. */
  compartments: string[]
  /** Patients in whose compartments the record lay until now or until its deletion, and whom it is no longer about. */
  left: readonly string[]
  versionId: number
  lastUpdated: number
  content: string
}

const recordTable = filledTable('record', {
  no: 'bigint',
  patient_id: 'text',
  type: 'text',
  id: 'text',
  version_id: 'integer',
  last_updated: 'bigint',
  practice_id: 'text',
  compartments: 'integer',
  date_start: 'bigint',
  date_end: 'bigint',
  content: 'content',
  method: 'text',
})

const citationTable = filledTable('record_citation', {
  patient_id: 'text',
  target_type: 'text',
  target_id: 'text',
  source_type: 'text',
  source_id: 'text',
})

export async function saveChanges(trx: Transaction<Schema>, changes: Change[]): Promise<void> {
  await retire(trx, changes)
  for (const { record, left } of changes) await leaveCompartments(trx, record, left)
  const numbered = await numberRows(trx, changes)
  await insertRows(trx, [
    { into: recordTable, cells: numbered.flatMap(toRecordCells) },
    { into: citationTable, cells: changes.flatMap(toCitationCells) },
    ...indexRowsOf(numbered.map(({ record: { type, values }, rows }) => ({ type, values, rows }))),
  ])
}

interface NumberedChange extends Change {
  rows: RecordRow[]
}

/** A row keeps its number, because the next page of a search starts from it. */
async function numberRows(trx: Transaction<Schema>, changes: Change[]): Promise<NumberedChange[]> {
  const kept = changes.flatMap(({ before, compartments }) =>
    compartments.flatMap((patientId) => before?.numbers.get(patientId) ?? []),
  )
  const rows = changes.reduce((sum, { compartments }) => sum + compartments.length, 0)
  const fresh = (await takeNumbers(trx, rows - kept.length, kept)).values()
  return changes.map((change) => ({
    ...change,
    rows: change.compartments.map((patientId) => ({
      patientId,
      no: change.before?.numbers.get(patientId) ?? nextOf(fresh),
    })),
  }))
}

function nextOf(numbers: Iterator<number>): number {
  const { value, done } = numbers.next()
  if (done) throw new Error('There are more rows than numbers')
  return value
}

/** Deletes a record. Its last version joins the history, and then the deletion itself as a version without content. */
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
    last_updated: notBefore(before, now),
    deleted: 1,
    content: '',
    method: null,
    practice_id: before.practiceId,
  }))
  await trx.insertInto('record_version').values(rows).execute()
}

/**
 * Moves old versions to the compartment of the practice, when they lay with a patient whom the record is no longer about. They
 * may have been about somebody else all the time (decision 0034). By record_version_address.
 */
async function leaveCompartments(
  trx: Transaction<Schema>,
  { type, id, practiceId }: Pick<PreparedRecord, 'type' | 'id' | 'practiceId'>,
  left: readonly string[],
): Promise<void> {
  if (left.length === 0) return
  await sql`insert into record_version
      (patient_id, type, id, version_id, last_updated, deleted, content, method, practice_id)
    select distinct ${compartmentOfPractice('')} || coalesce(v.practice_id, ${practiceId}), v.type, v.id, v.version_id, v.last_updated,
      v.deleted, v.content, v.method, coalesce(v.practice_id, ${practiceId})
    from record_version as v where v.type = ${type} and v.id = ${id} and v.patient_id in (${sql.join(left)})
    on conflict do nothing`.execute(trx)
  await trx
    .deleteFrom('record_version')
    .where('type', '=', type)
    .where('id', '=', id)
    .where('patient_id', 'in', left)
    .execute()
}

interface Retired {
  record: { type: string; id: string }
  before: Stored | undefined
}

/** Moves the replaced version into the history of its compartments, and deletes its citations. */
async function retire(trx: Transaction<Schema>, changes: readonly Retired[]): Promise<void> {
  for (const { record, before } of changes) {
    if (!before) continue
    await breathe({ holdsLock: true })
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
          method: before.method,
          practice_id: before.practiceId,
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

function toRecordCells({ record, rows, versionId, lastUpdated, content }: NumberedChange): Cell[] {
  const { type, id, practiceId, date, method } = record
  return rows.flatMap(({ patientId, no }) => [
    no,
    patientId,
    type,
    id,
    versionId,
    lastUpdated,
    practiceId,
    rows.length,
    date?.start ?? null,
    date?.end ?? null,
    content,
    method,
  ])
}

function toCitationCells({ record, compartments }: Change): Cell[] {
  return compartments.flatMap((patientId) =>
    record.citations.flatMap((target) => [patientId, target.type, target.id, record.type, record.id]),
  )
}
