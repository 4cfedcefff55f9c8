import type { Condition } from '#fhir/search/search-query.ts'
import { readRows, sqlJoin, sqlText } from '../../store/statement.ts'
import type { Db } from '../../store/store.ts'
import { isCovered } from '../confinement.ts'
import type { Confinement } from '../records.ts'
import { parameterNumber } from './parameter-number.ts'

/** With more compartments than this the search looks at the records at once. */
const mostPatients = 20

/**
 * When a condition says that any of some references names a patient (as performer, or as one of the ways into a compartment),
 * the confinement narrowed to the covered compartments in which some record does. By record_text_pk: one step into the index
 * for each covered patient and reference, where the search would look at every record of all of them.
 */
export async function narrowToReferring(
  db: Db,
  within: Confinement,
  type: string,
  conditions: readonly Condition[],
): Promise<Confinement> {
  const references = conditions.map(patientReferences).find((each) => each !== undefined)
  if (!references) return within
  const parameters = references.codes.map((code) => parameterNumber(type, code))
  const rows = await readRows<{ patient_id: string }>(
    db,
    sqlText`select distinct patient_id from record_text
      where ${isCovered('patient_id', within)} and parameter in (${sqlJoin(parameters)})
        and value in (${sqlJoin(references.targets)})
      limit ${mostPatients + 1}`,
  )
  if (rows.length > mostPatients) return within
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
