import type { Confinement } from '../confinement.ts'
import { type Fragment, readByKey, sqlJoin, sqlName, sqlNothing, sqlText } from '../store/statement.ts'
import type { Db } from '../store/store.ts'

/** A column with its table. A column alone would mean that of the inner table, and the condition would hold for everybody. */
type QualifiedColumn = `${string}.${string}`

/**
 * The condition that a column holds a covered patient. Every statement that reads records carries it, its sibling
 * `isAmongConfined`, or an equality with one covered patient; without it a query would answer for everybody. A confinement that
 * covers nobody is false.
 *
 * The condition is for a row that is already found, so its work does not grow with the panel.
 */
export function isConfined(column: QualifiedColumn, { patientIds, practiceIds }: Confinement): Fragment {
  const covered = sqlName(column)
  const isNamed = sqlText`${covered} in (${sqlJoin(patientIds)})`
  if (practiceIds.length === 0) return patientIds.length === 0 ? sqlText`1 = 0` : isNamed
  // uses practice_patient_pk
  const isKept = sqlText`exists (select 1 from practice_patient as kept
    where kept.practice_id in (${sqlJoin(practiceIds)}) and kept.patient_id = ${covered})`
  return patientIds.length === 0 ? isKept : sqlText`(${isNamed} or ${isKept})`
}

/** The same condition for a statement that begins at the patients: it goes through all of them, and from each along an index. */
export function isAmongConfined(column: QualifiedColumn, confinement: Confinement): Fragment {
  const { patientIds, practiceIds } = confinement
  if (practiceIds.length === 0) return isConfined(column, confinement)
  // uses practice_patient_pk
  const panel = sqlText`select patient_id from practice_patient where practice_id in (${sqlJoin(practiceIds)})`
  if (patientIds.length === 0) return sqlText`${sqlName(column)} in (${panel})`
  const named = sqlJoin(patientIds.map((id) => sqlText`(${id})`))
  return sqlText`${sqlName(column)} in (${panel} union all values ${named})`
}

/**
 * Whether a row of `record`, named by its number, lies in the first covered compartment that holds the record: there it
 * counts. Records in several compartments are few: they are found once for all rows, by record_several. They are joined in
 * this order, because SQLite would begin with all records of the panel.
 */
export function isInFirstCompartment(
  number: QualifiedColumn,
  type: string,
  confinement: Confinement,
): Fragment {
  return sqlText`${sqlName(number)} not in (
    select several.no from record as several cross join record as other
    where several.type = ${type} and several.compartments > 1
      and ${isInLowerCompartment('several', isConfined('other.patient_id', confinement))})`
}

/** Whether `other` is the same record as a row, in a lower compartment that is covered. */
export function isInLowerCompartment(row: string, isOtherCovered: Fragment): Fragment {
  const of = (column: string) => sqlName(`${row}.${column}`)
  return sqlText`other.type = ${of('type')} and other.id = ${of('id')} and other.compartments > 1
      and other.patient_id < ${of('patient_id')} and ${isOtherCovered}`
}

/** The same for a row of `record` that is already found. Nearly every row lies in one compartment, and needs no further look. */
export function isFirstOfSeveral(type: string, confinement: Confinement): Fragment {
  return sqlText`(record.compartments = 1 or ${isInFirstCompartment('record.no', type, confinement)})`
}

/** The covered patients as a table with the column `patient_id`, each once; for searches that go from patient to patient. */
export function confinedPatients({ patientIds, practiceIds }: Confinement): Fragment {
  // uses practice_patient_pk. Where only patients are named this part still gives the column its collation.
  const kept = practiceIds.length > 0 ? sqlText`practice_id in (${sqlJoin(practiceIds)})` : sqlText`1 = 0`
  const once = practiceIds.length > 1 ? sqlText`distinct` : sqlNothing
  const panel = sqlText`select ${once} patient_id from practice_patient where ${kept}`
  const named = patientIds.map((id) => sqlText`select ${id}`)
  return sqlText`(${sqlJoin([panel, ...named], ' union ')})`
}

/** Like `isConfined`, for a version. It also covers a patient who has left the panel because all records were deleted. */
export function wasCovered(column: QualifiedColumn, confinement: Confinement): Fragment {
  const { practiceIds } = confinement
  if (practiceIds.length === 0) return isConfined(column, confinement)
  // uses practice_former_patient_pk
  return sqlText`(${isConfined(column, confinement)} or exists (select 1 from practice_former_patient as former
    where former.practice_id in (${sqlJoin(practiceIds)}) and former.patient_id = ${sqlName(column)}))`
}

/** Like `coveredPatients`, for versions. With '' for versions about nobody. */
export function formerlyCoveredPatients(
  confinement: Confinement,
  { withNobody }: { withNobody: boolean },
): Fragment {
  const { practiceIds } = confinement
  if (practiceIds.length === 0) return confinedPatients(confinement)
  const former = sqlText`select patient_id from practice_former_patient where practice_id in (${sqlJoin(practiceIds)})`
  const nobody = withNobody ? sqlText` union select ''` : sqlNothing
  return sqlText`(select patient_id from ${confinedPatients(confinement)} as covered union ${former}${nobody})`
}

/** The confinement to one patient. It covers nobody when that patient is outside. */
export async function narrowToPatient(
  db: Db,
  confinement: Confinement,
  patientId: string,
): Promise<Confinement> {
  const one = { patientIds: [patientId], practiceIds: [] }
  if (confinement.patientIds.includes(patientId)) return one
  if (confinement.practiceIds.length > 0) {
    // uses practice_patient_pk
    const [kept] = await readByKey(
      db,
      sqlText`select 1 as kept from practice_patient
        where practice_id in (${sqlJoin(confinement.practiceIds)}) and patient_id = ${patientId} limit 1`,
    )
    if (kept) return one
  }
  return { patientIds: [], practiceIds: [] }
}
