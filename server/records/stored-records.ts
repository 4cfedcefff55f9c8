import { type RawBuilder, type Selectable, sql, type Transaction } from 'kysely'
import { writeArray } from '../store/postgres-array.ts'
import type { RecordTable, RecordVersionTable } from '../store/schema/records.ts'
import type { Schema } from '../store/schema/schema.ts'
import { isSqlite } from '../store/transaction.ts'

/** The current version of a record, with every compartment that holds it in order. */
export interface Stored {
  patientIds: string[]
  /** The number of its row in each of them. */
  numbers: Map<string, number>
  versionId: number
  lastUpdated: number
  practiceId: string
  content: string
  method: string | null
}

/** Those of the records named `Type/id` that exist. */
export async function findStored(
  trx: Transaction<Schema>,
  references: string[],
): Promise<Map<string, Stored>> {
  const stored = new Map<string, Stored>()
  if (references.length === 0) return stored
  // uses record_address
  const { rows } = await sql<StoredRow>`
    select record.no, record.patient_id, record.type, record.id, record.version_id, record.last_updated,
      record.practice_id, record.content, record.method
    from ${namedBy(trx, references)} cross join record
    where record.type = named.type and record.id = named.id`.execute(trx)
  for (const row of rows) {
    const known = stored.get(`${row.type}/${row.id}`) ?? toStored(row)
    known.patientIds.push(row.patient_id)
    known.numbers.set(row.patient_id, row.no)
    stored.set(`${row.type}/${row.id}`, known)
  }
  for (const each of stored.values()) each.patientIds.sort()
  return stored
}

/** The last deletion of a record that no longer exists, with the compartments that held it. */
export interface Deletion {
  versionId: number
  lastUpdated: number
  patientIds: string[]
}

/**
 * The time of a version that follows another. The clock may have been set back, and histories are in the order of times. So no
 * version is older than the one before it.
 */
export function notBefore(previous: { lastUpdated: number } | undefined, now: number): number {
  return Math.max(now, previous?.lastUpdated ?? 0)
}

/** Those of the records named `Type/id` that were deleted. */
export async function findDeletions(
  trx: Transaction<Schema>,
  references: string[],
): Promise<Map<string, Deletion>> {
  const deletions = new Map<string, Deletion>()
  if (references.length === 0) return deletions
  // uses record_version_deletion
  const { rows } = await sql<
    Pick<RecordVersionTable, 'patient_id' | 'type' | 'id' | 'version_id' | 'last_updated'>
  >`
    select deletion.patient_id, deletion.type, deletion.id, deletion.version_id, deletion.last_updated
    from ${namedBy(trx, references)} cross join record_version as deletion
    where deletion.deleted = 1 and deletion.type = named.type and deletion.id = named.id`.execute(trx)
  for (const row of rows) {
    const known = deletions.get(`${row.type}/${row.id}`) ?? {
      versionId: 0,
      lastUpdated: 0,
      patientIds: [],
    }
    known.lastUpdated = Math.max(known.lastUpdated, row.last_updated)
    known.versionId = Math.max(known.versionId, row.version_id)
    if (row.patient_id !== '') known.patientIds.push(row.patient_id)
    deletions.set(`${row.type}/${row.id}`, known)
  }
  return deletions
}

type StoredRow = Omit<Selectable<RecordTable>, 'compartments' | 'date_start' | 'date_end'>

function toStored(row: StoredRow): Stored {
  return {
    patientIds: [],
    numbers: new Map(),
    versionId: row.version_id,
    lastUpdated: row.last_updated,
    practiceId: row.practice_id,
    content: row.content,
    method: row.method,
  }
}

/**
 * The table `named` (type, id) of references, each once: one statement for any number of them and of types, with the same text
 * each time. SQLite joins in the order that is written (its cross join), so it looks each of them up in an index.
 */
export function namedBy(trx: Transaction<Schema>, references: readonly string[]): RawBuilder<unknown> {
  const names = [...new Set(references)].map((reference) => reference.split('/'))
  if (isSqlite(trx))
    return sql`(select value ->> 0 as type, value ->> 1 as id from json_each(${JSON.stringify(names)})) as named`
  const types = writeArray(names.map(([type = '']) => type))
  const ids = writeArray(names.map(([, id = '']) => id))
  return sql`unnest(${types}::text[], ${ids}::text[]) as named (type, id)`
}
