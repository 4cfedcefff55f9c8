import { sql, type Transaction } from 'kysely'
import type { Schema } from '../store/schema/schema.ts'
import { chunked } from './chunked.ts'

/** The current version of a record, with every compartment that holds it in order. */
export interface Stored {
  patientIds: string[]
  /** The number of its row in each of them. */
  numbers: Map<string, number>
  versionId: number
  lastUpdated: number
  practiceId: string
  content: string
}

/** Those of the records named `Type/id` that exist. */
export async function findStored(
  trx: Transaction<Schema>,
  references: string[],
): Promise<Map<string, Stored>> {
  const stored = new Map<string, Stored>()
  for (const [type, ids] of groupByType(references)) {
    for (const some of chunked(ids, 1000)) {
      // uses record_address
      const rows = await trx
        .selectFrom('record')
        .select(['no', 'patient_id', 'id', 'version_id', 'last_updated', 'practice_id', 'content'])
        .where('type', '=', type)
        .where('id', 'in', some)
        .execute()
      for (const row of rows) {
        const known = stored.get(`${type}/${row.id}`) ?? toStored(row)
        known.patientIds.push(row.patient_id)
        known.numbers.set(row.patient_id, row.no)
        stored.set(`${type}/${row.id}`, known)
      }
    }
  }
  for (const each of stored.values()) each.patientIds.sort()
  return stored
}

/** The last deletion of a record that is not there any more, and whose compartments held it. */
export interface Deletion {
  versionId: number
  patientIds: string[]
}

/** Those of the records named `Type/id` that were deleted. */
export async function findDeletions(
  trx: Transaction<Schema>,
  references: string[],
): Promise<Map<string, Deletion>> {
  const deletions = new Map<string, Deletion>()
  for (const [type, ids] of groupByType(references)) {
    for (const some of chunked(ids, 1000)) {
      // uses record_version_deletion
      const rows = await trx
        .selectFrom('record_version')
        .select(['id', 'version_id', 'patient_id'])
        .where('deleted', '=', sql.lit(1))
        .where('type', '=', type)
        .where('id', 'in', some)
        .execute()
      for (const row of rows) {
        const known = deletions.get(`${type}/${row.id}`) ?? { versionId: 0, patientIds: [] }
        known.versionId = Math.max(known.versionId, row.version_id)
        if (row.patient_id !== '') known.patientIds.push(row.patient_id)
        deletions.set(`${type}/${row.id}`, known)
      }
    }
  }
  return deletions
}

interface Row {
  version_id: number
  last_updated: number
  practice_id: string
  content: string
}

function toStored(row: Row): Stored {
  return {
    patientIds: [],
    numbers: new Map(),
    versionId: row.version_id,
    lastUpdated: row.last_updated,
    practiceId: row.practice_id,
    content: row.content,
  }
}

function groupByType(references: string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const reference of new Set(references)) {
    const [type = '', id = ''] = reference.split('/')
    const ids = groups.get(type)
    if (ids) ids.push(id)
    else groups.set(type, [id])
  }
  return groups
}
