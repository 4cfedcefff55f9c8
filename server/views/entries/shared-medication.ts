import { type Concept, conceptOf } from '../concept.ts'
import { type Fields, textOf } from '../fields.ts'
import { dateOf, type Entry } from './entry.ts'

/** A medicine that the records of a person refer to: https://hl7.org/fhir/R4/medication.html. It is about nobody. */
export interface MedicationEntry extends Entry {
  what: Concept
  status: string | undefined
}

export function readMedication(fields: Fields): Omit<MedicationEntry, 'type' | 'id'> {
  return { ...dateOf(), what: conceptOf(fields.code), status: textOf(fields.status) }
}
