import { canBeAboutPatient } from '#fhir/compartment/compartment.ts'
import { listRecordTypes, type RecordTypeTable, recordTypes, rowOf } from '#fhir/scope/record-types.ts'
import { hasDate } from '#fhir/when-it-happened.ts'

/** A type that the classic API serves, with the filters that its list takes. */
export interface ClassicType {
  type: string
  /** What it holds, for developers. */
  description: string
  hasPatient: boolean
  hasDate: boolean
}

/** Every type that people see, Patient first, then by name. */
export function makeClassicTypes(table: RecordTypeTable = recordTypes): ClassicType[] {
  const names = [...new Set(['Patient', ...listRecordTypes(table).toSorted()])]
  return names.map((type) => ({
    type,
    description: rowOf(type, table)?.description ?? '',
    hasPatient: canBeAboutPatient(type),
    hasDate: hasDate(type),
  }))
}

/** Every type of the classic API: its routes and its documentation are made from these rows. */
export const classicTypes: readonly ClassicType[] = makeClassicTypes()
