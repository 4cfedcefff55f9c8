import { subjectCodes } from '#fhir/search/by-value.ts'
import type { Condition } from '#fhir/search/search-query.ts'
import type { Confinement } from '../../confinement.ts'
import { type Fragment, readRows, sqlJoin, sqlText } from '../../store/statement.ts'
import type { Db } from '../../store/store.ts'
import { isConfined } from '../confinement-conditions.ts'
import { rowsNaming } from './found-by-value.ts'

/** With more compartments than this the search looks at the records at once. */
const mostPatients = 20

/**
 * Narrows the confinement when a condition says that one of several references names a patient, e.g. as performer. The result is
 * the covered compartments in which some record does so. A record lies in the compartment of its subject, and another patient
 * whom it names is found by the value. So the work does not grow with the panel.
 */
export async function narrowToReferring(
  db: Db,
  confinement: Confinement,
  type: string,
  conditions: readonly Condition[],
): Promise<Confinement> {
  const references = conditions.map(patientReferences).find((each) => each !== undefined)
  if (!references || references.targets.length > mostPatients) return confinement
  const { codes, targets } = references
  const others = codes.filter((code) => !subjectCodes.has(code))
  const ways: Fragment[] = []
  if (others.length > 0)
    ways.push(sqlText`select patient_id from (${rowsNaming(type, others, targets)}) as named`)
  if (others.length < codes.length) {
    const patients = targets.map((target) => sqlText`(${target.slice('Patient/'.length)})`)
    ways.push(sqlText`select column1 as patient_id from (values ${sqlJoin(patients)}) as subjects`)
  }
  const rows = await readRows<{ patient_id: string }>(
    db,
    sqlText`select distinct found.patient_id from (${sqlJoin(ways, ' union all ')}) as found
      where ${isConfined('found.patient_id', confinement)} limit ${mostPatients + 1}`,
  )
  if (rows.length > mostPatients) return confinement
  return { patientIds: rows.map((row) => row.patient_id), practiceIds: [] }
}

/** The references of which one must name one of some patients; undefined for other conditions. */
function patientReferences(condition: Condition): { codes: string[]; targets: string[] } | undefined {
  const all = condition.kind === 'or' ? condition.conditions : [condition]
  const codes: string[] = []
  const targets: string[] = []
  for (const each of all) {
    if (each.kind !== 'parameter' || (each.modifier !== undefined && each.modifier !== 'type'))
      return undefined
    codes.push(each.parameter.code)
    for (const value of each.values) {
      if (value.type !== 'reference') return undefined
      targets.push(...value.targets)
    }
  }
  const areAllPatients = targets.length > 0 && targets.every((target) => target.startsWith('Patient/'))
  return areAllPatients ? { codes, targets } : undefined
}
