import { sql } from 'kysely'
import type { Db } from '../store/store.ts'

export interface WalkedRecord {
  type: string
  content: string
}

const batchSize = 500

/** Every record of a practice once, batch by batch, so that memory does not grow with their number. */
export async function* walkRecords(db: Db, practiceId: string): AsyncGenerator<WalkedRecord[]> {
  let last = { patient_id: '', type: '', id: '' }
  for (;;) {
    // uses record_pk; a record in several compartments comes with the first of them
    const rows = await db
      .selectFrom('record')
      .select(['patient_id', 'type', 'id', 'content'])
      .where(sql<boolean>`(patient_id, type, id) > (${last.patient_id}, ${last.type}, ${last.id})`)
      .where('practice_id', '=', practiceId)
      .where((eb) =>
        eb.or([
          eb('compartments', '=', 1),
          eb.not(
            eb.exists(
              eb
                .selectFrom('record as other')
                .select(sql.lit(1).as('one'))
                .whereRef('other.type', '=', 'record.type')
                .whereRef('other.id', '=', 'record.id')
                .whereRef('other.patient_id', '<', 'record.patient_id'),
            ),
          ),
        ]),
      )
      .orderBy('patient_id')
      .orderBy('type')
      .orderBy('id')
      .limit(batchSize)
      .execute()
    yield rows.map(({ type, content }) => ({ type, content }))
    const end = rows.at(-1)
    if (!end || rows.length < batchSize) return
    last = end
  }
}
