import { throughElements } from '../compartment/compartment.ts'
import type { IndexValue } from './index-rows.ts'

/** What people look for in a whole practice to find one patient. */
const ofPatients = new Set(['name', 'family', 'given', 'phone', 'email', 'telecom'])

/** By these a record names whom it is about, so that the patient tells where the record lies. */
export const subjectCodes: ReadonlySet<string> = new Set(['patient', 'subject'])

/** Whether a parameter of a type has rows that are found by their value, whoever they are about. */
export function isAskedByValue(type: string, code: string): boolean {
  return code === 'identifier' || (type === 'Patient' && ofPatients.has(code))
}

/** Whether one row is: also a patient who is named otherwise than as the subject, e.g. as performer, and a record that tells whom this one is about. */
export function isFoundByValue(type: string, row: IndexValue): boolean {
  if (row.kind !== 'text') return false
  if (isAskedByValue(type, row.param) || throughElements(type).includes(row.param)) return true
  return row.value.startsWith('Patient/') && !subjectCodes.has(row.param)
}
