import { type Fragment, sqlJoin, sqlName, sqlNothing, sqlText } from '../store/statement.ts'
import type { Db } from '../store/store.ts'
import type { Confinement } from './records.ts'

/**
 * The condition that a column holds a covered patient. Every statement that reads records carries it or an equality
 * with one covered patient; without it a query would answer for everybody. A confinement that covers nobody is false.
 */
export function isCovered(column: string, { patientIds, practiceIds }: Confinement): Fragment {
  const covered = sqlName(column)
  if (practiceIds.length === 0)
    return patientIds.length === 0 ? sqlText`1 = 0` : sqlText`${covered} in (${sqlJoin(patientIds)})`
  // uses practice_patient_pk
  const panel = sqlText`select patient_id from practice_patient where practice_id in (${sqlJoin(practiceIds)})`
  if (patientIds.length === 0) return sqlText`${covered} in (${panel})`
  const named = sqlJoin(patientIds.map((id) => sqlText`(${id})`))
  return sqlText`${covered} in (${panel} union all values ${named})`
}

/** The covered patients as a table with the column `patient_id`, each once; for searches that go from patient to patient. */
export function coveredPatients({ patientIds, practiceIds }: Confinement): Fragment {
  // uses practice_patient_pk. Where only patients are named it stays for its collation, which all others then have.
  const kept = practiceIds.length > 0 ? sqlText`practice_id in (${sqlJoin(practiceIds)})` : sqlText`1 = 0`
  const once = practiceIds.length > 1 ? sqlText`distinct` : sqlNothing
  const panel = sqlText`select ${once} patient_id from practice_patient where ${kept}`
  const named = patientIds.map((id) => sqlText`select ${id}`)
  return sqlText`(${sqlJoin([panel, ...named], ' union ')})`
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
