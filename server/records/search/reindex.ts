import type { Resource } from 'fhir/r4'
import { sql } from 'kysely'
import { indexValuesOf } from '#fhir/search/index-values.ts'
import { insertRows } from '../../store/insert-rows.ts'
import type { Db } from '../../store/store.ts'
import { indexRowsOf } from './index-rows.ts'

/** Counts up with every change of the rules by which index rows are taken from records. */
const indexVersion = 4

const batchSize = 500

/**
 * Writes the index of all records anew when it was written by other rules. The version is noted last, so that a stop in
 * the middle begins it again.
 */
export async function bringIndexUpToDate(db: Db): Promise<void> {
  const noted = await db.selectFrom('search_index').select('version').executeTakeFirst()
  if (noted?.version === indexVersion) return
  await db.deleteFrom('record_text').execute()
  await db.deleteFrom('record_range').execute()
  let last = { patient_id: '', type: '', id: '' }
  for (;;) {
    // uses record_pk
    const rows = await db
      .selectFrom('record')
      .select(['no', 'patient_id', 'type', 'id', 'content'])
      .where(sql<boolean>`(patient_id, type, id) > (${last.patient_id}, ${last.type}, ${last.id})`)
      .orderBy('patient_id')
      .orderBy('type')
      .orderBy('id')
      .limit(batchSize)
      .execute()
    const batch = rows.map(({ no, patient_id, type, content }) => ({
      type,
      rows: [{ patientId: patient_id, no }],
      values: indexValuesOf(JSON.parse(content) as Resource),
    }))
    await db.transaction().execute((trx) => insertRows(trx, indexRowsOf(batch)))
    const end = rows.at(-1)
    if (!end || rows.length < batchSize) break
    last = end
  }
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('search_index').execute()
    await trx.insertInto('search_index').values({ version: indexVersion }).execute()
  })
}
