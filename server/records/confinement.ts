import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../store/store.ts'
import type { Confinement } from './records.ts'

/**
 * The condition that a column holds a covered patient. Every statement that reads records carries it or an equality
 * with one covered patient; without it a query would answer for everybody. A confinement that covers nobody is false.
 */
export function isCovered(column: string, { patientIds, practiceIds }: Confinement): RawBuilder<boolean> {
  const ref = sql.ref(column)
  if (practiceIds.length === 0)
    return patientIds.length === 0 ? sql`1 = 0` : sql`${ref} in (${sql.join(patientIds)})`
  // uses practice_patient_pk
  const panel = sql`select patient_id from practice_patient where practice_id in (${sql.join(practiceIds)})`
  if (patientIds.length === 0) return sql`${ref} in (${panel})`
  const named = sql.join(patientIds.map((id) => sql`(${id})`))
  return sql`${ref} in (${panel} union all values ${named})`
}

/** The part of a confinement that is one patient; covers nobody when that patient is outside. */
export async function narrowToPatient(db: Db, within: Confinement, patientId: string): Promise<Confinement> {
  const one = { patientIds: [patientId], practiceIds: [] }
  if (within.patientIds.includes(patientId)) return one
  if (within.practiceIds.length > 0) {
    // uses practice_patient_pk
    const kept = await db
      .selectFrom('practice_patient')
      .select('patient_id')
      .where('practice_id', 'in', within.practiceIds)
      .where('patient_id', '=', patientId)
      .executeTakeFirst()
    if (kept) return one
  }
  return { patientIds: [], practiceIds: [] }
}
