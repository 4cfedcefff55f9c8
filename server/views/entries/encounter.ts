import { type Coding, type Concept, codingOf, conceptOf } from '../concept.ts'
import { type Fields, fieldsIn, fieldsOf, listOf, textOf } from '../fields.ts'
import { dateOf, dateTextOf, type Entry } from './entry.ts'
import { nameOfReference } from './reference.ts'

/** https://hl7.org/fhir/R4/encounter.html */
export interface EncounterEntry extends Entry {
  /** AMB, EMER, IMP, VR, HH ...: http://terminology.hl7.org/CodeSystem/v3-ActCode */
  class: Coding
  what: readonly Concept[]
  /** planned, arrived, triaged, in-progress, onleave, finished, cancelled, entered-in-error, unknown. */
  status: string | undefined
  end: string | undefined
  reasons: readonly Concept[]
  participants: readonly string[]
  places: readonly string[]
  organization: string | undefined
}

export function readEncounter(fields: Fields): Omit<EncounterEntry, 'type' | 'id'> {
  const period = fieldsOf(fields.period)
  return {
    ...dateOf(period.start, period.end),
    class: codingOf(fieldsOf(fields.class)),
    what: listOf(fields.type).map(conceptOf),
    status: textOf(fields.status),
    end: dateTextOf(period.end),
    reasons: listOf(fields.reasonCode).map(conceptOf),
    participants: fieldsIn(fields.participant).flatMap(({ individual }) => nameOfReference(individual) ?? []),
    places: fieldsIn(fields.location).flatMap(({ location }) => nameOfReference(location) ?? []),
    organization: nameOfReference(fields.serviceProvider),
  }
}
