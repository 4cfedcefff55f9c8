import type { EntryType } from '../entries/entries.ts'
import type { Entry } from '../entries/entry.ts'
import type { ObservationEntry } from '../entries/observation.ts'

/** What people tell apart when they look over a whole record, in the order of a page. */
export const lineKinds = [
  'visit',
  'result',
  'vital',
  'medicine',
  'immunization',
  'condition',
  'allergy',
  'procedure',
  'document',
  'care',
] as const

export type LineKind = (typeof lineKinds)[number]

/** What a person is, and the shared medicines that others refer to, are no events of a record. */
export type LineType = Exclude<EntryType, 'Patient' | 'Medication'>

const kinds: Record<LineType, LineKind> = {
  AllergyIntolerance: 'allergy',
  CarePlan: 'care',
  CareTeam: 'care',
  Condition: 'condition',
  Coverage: 'care',
  Device: 'procedure',
  DiagnosticReport: 'result',
  DocumentReference: 'document',
  Encounter: 'visit',
  Goal: 'care',
  Immunization: 'immunization',
  MedicationDispense: 'medicine',
  MedicationRequest: 'medicine',
  MedicationStatement: 'medicine',
  Observation: 'result',
  Procedure: 'procedure',
  ServiceRequest: 'care',
}

export const lineTypes = Object.keys(kinds) as LineType[]

/** Whether an entry stands in the timeline and is searched. */
export function isLine({ type }: Pick<Entry, 'type'>): boolean {
  return type in kinds
}

export function kindOf(entry: Entry): LineKind {
  return entry.type === 'Observation' && (entry as ObservationEntry).categories.includes('vital-signs')
    ? 'vital'
    : kinds[entry.type as LineType]
}

/** The page of a record on which an entry stands, as the end of its address. */
export const pageOfKind: Readonly<Record<LineKind, string>> = {
  visit: 'visits',
  result: 'results',
  vital: 'vitals',
  medicine: 'medicines',
  immunization: 'immunizations',
  condition: 'conditions',
  allergy: 'overview',
  procedure: 'care',
  document: 'documents',
  care: 'care',
}
