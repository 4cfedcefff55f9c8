import { type Concept, conceptOf } from '../concept.ts'
import { type Fields, fieldsIn, flagOf, listOf, notesIn, numberOf, textOf } from '../fields.ts'
import { dateOf, dateTextOf, type Entry } from './entry.ts'
import { nameOfReference, referenceOf } from './reference.ts'

/** https://hl7.org/fhir/R4/immunization.html */
export interface ImmunizationEntry extends Entry {
  /** The vaccine, mostly as a CVX code. */
  what: Concept
  /** completed, entered-in-error, not-done. */
  status: string | undefined
  statusReason: Concept
  /** When the record has no date: "in childhood". */
  occurrenceText: string | undefined
  /** The dose was too weak to protect, as of a spoilt vaccine. */
  isSubpotent: boolean
  dose: string | undefined
  doses: string | undefined
  diseases: readonly Concept[]
  lot: string | undefined
  expires: string | undefined
  manufacturer: string | undefined
  performer: string | undefined
  place: string | undefined
  site: Concept
  route: Concept
  notes: readonly string[]
  visit: string | undefined
}

export function readImmunization(fields: Fields): Omit<ImmunizationEntry, 'type' | 'id'> {
  const protocols = fieldsIn(fields.protocolApplied)
  const [protocol] = protocols
  return {
    ...dateOf(fields.occurrenceDateTime),
    what: conceptOf(fields.vaccineCode),
    status: textOf(fields.status),
    statusReason: conceptOf(fields.statusReason),
    occurrenceText: textOf(fields.occurrenceString),
    isSubpotent: flagOf(fields.isSubpotent) ?? false,
    dose: countOf(protocol?.doseNumberPositiveInt, protocol?.doseNumberString),
    doses: countOf(protocol?.seriesDosesPositiveInt, protocol?.seriesDosesString),
    diseases: protocols.flatMap(({ targetDisease }) => listOf(targetDisease).map(conceptOf)),
    lot: textOf(fields.lotNumber),
    expires: dateTextOf(fields.expirationDate),
    manufacturer: nameOfReference(fields.manufacturer),
    performer: fieldsIn(fields.performer).flatMap(({ actor }) => nameOfReference(actor) ?? [])[0],
    place: nameOfReference(fields.location),
    site: conceptOf(fields.site),
    route: conceptOf(fields.route),
    notes: notesIn(fields.note),
    visit: referenceOf(fields.encounter)?.id,
  }
}

function countOf(number: unknown, text: unknown): string | undefined {
  return numberOf(number)?.toString() ?? textOf(text)
}
