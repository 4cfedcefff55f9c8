import { throughElements } from '../compartment/compartment.ts'
import type { IndexValue } from './index-rows.ts'

/** What people look for in a whole practice to find one patient. */
const ofPatients = new Set(['name', 'family', 'given', 'phone', 'email', 'telecom'])

/** The parameters by which a record names its subject. The patient then tells in which compartment the record lies. */
export const subjectCodes: ReadonlySet<string> = new Set(['patient', 'subject'])

/** Whether a parameter of a type has rows that are found by their value, in every compartment. */
export function isAskedByValue(type: string, code: string): boolean {
  return code === 'identifier' || (type === 'Patient' && ofPatients.has(code))
}

/**
 * Whether one row is found by its value. That includes a patient who is named otherwise than as the subject, e.g. as performer,
 * and a record that decides about whom this one is.
 */
export function isFoundByValue(type: string, row: IndexValue): boolean {
  if (row.kind !== 'text') return false
  if (isAskedByValue(type, row.param) || throughElements(type).includes(row.param)) return true
  return row.value.startsWith('Patient/') && !subjectCodes.has(row.param)
}
