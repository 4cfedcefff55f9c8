import { type ExpressionBuilder, sql } from 'kysely'
import type { Schema } from '../store/schema/schema.ts'
import type { Db } from '../store/store.ts'

export interface WalkedRecord {
  type: string
  content: string
}

/** The last record of a batch: where a later walk goes on. */
export interface WalkPlace {
  patientId: string
  type: string
  id: string
}

export interface WalkedBatch {
  records: WalkedRecord[]
  place: WalkPlace
}

const batchSize = 500

/** Every record of a practice once, batch by batch, so that memory does not grow with their number; from the first, or after a place. */
export async function* walkRecords(
  db: Db,
  practiceId: string,
  after: WalkPlace = { patientId: '', type: '', id: '' },
): AsyncGenerator<WalkedBatch> {
  let last = after
  for (;;) {
    // uses record_pk
    const rows = await db
      .selectFrom('record')
      .select(['patient_id', 'type', 'id', 'content'])
      .where(sql<boolean>`(patient_id, type, id) > (${last.patientId}, ${last.type}, ${last.id})`)
      .where((eb) => isKept(eb, practiceId))
      .orderBy('patient_id')
      .orderBy('type')
      .orderBy('id')
      .limit(batchSize)
      .execute()
    const end = rows.at(-1)
    if (!end) return
    last = { patientId: end.patient_id, type: end.type, id: end.id }
    yield { records: rows.map(({ type, content }) => ({ type, content })), place: last }
    if (rows.length < batchSize) return
  }
}

/** How many records the walk would find, and how many of them were written after a time in ms; reads them all. */
export async function countKept(
  db: Db,
  practiceId: string,
  { changedAfter }: { changedAfter: number },
): Promise<{ all: number; changed: number }> {
  const { all, changed } = await db
    .selectFrom('record')
    .select(({ fn }) => [
      fn.countAll<number>().as('all'),
      sql<number>`count(case when last_updated > ${changedAfter} then 1 end)`.as('changed'),
    ])
    .where((eb) => isKept(eb, practiceId))
    .executeTakeFirstOrThrow()
  return { all: Number(all), changed: Number(changed) }
}

/** Records of the practice. A record in several compartments counts in the first of them. */
function isKept(eb: ExpressionBuilder<Schema, 'record'>, practiceId: string) {
  return eb.and([
    eb('practice_id', '=', practiceId),
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
  ])
}
