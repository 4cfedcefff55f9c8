import { type Concept, codesOf, conceptOf } from '../concept.ts'
import { type Fields, fieldsIn, listOf, notesIn, textOf, textsIn } from '../fields.ts'
import { dateOf, dateTextOf, type Entry } from './entry.ts'

/** https://hl7.org/fhir/R4/allergyintolerance.html */
export interface AllergyIntoleranceEntry extends Entry {
  what: Concept
  /** active, inactive, resolved. */
  clinicalStatus: string | undefined
  /** unconfirmed, confirmed, refuted, entered-in-error. */
  verificationStatus: string | undefined
  /** allergy or intolerance. */
  kind: string | undefined
  /** food, medication, environment, biologic. */
  categories: readonly string[]
  /** low, high, unable-to-assess. */
  criticality: string | undefined
  onset: string | undefined
  reactions: ReadonlyArray<{ manifestations: readonly Concept[]; severity: string | undefined }>
  notes: readonly string[]
}

export function readAllergyIntolerance(fields: Fields): Omit<AllergyIntoleranceEntry, 'type' | 'id'> {
  const onset = dateTextOf(fields.onsetDateTime)
  return {
    ...dateOf(onset, fields.recordedDate),
    what: conceptOf(fields.code),
    clinicalStatus: codesOf(conceptOf(fields.clinicalStatus))[0],
    verificationStatus: codesOf(conceptOf(fields.verificationStatus))[0],
    kind: textOf(fields.type),
    categories: textsIn(fields.category),
    criticality: textOf(fields.criticality),
    onset,
    reactions: fieldsIn(fields.reaction).map(({ manifestation, severity }) => ({
      manifestations: listOf(manifestation).map(conceptOf),
      severity: textOf(severity),
    })),
    notes: notesIn(fields.note),
  }
}
