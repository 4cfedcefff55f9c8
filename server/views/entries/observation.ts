import { type Concept, codesOf, conceptOf } from '../concept.ts'
import { type Fields, fieldsIn, fieldsOf, listOf, notesIn, numberOf, textOf } from '../fields.ts'
import { dateOf, type Entry } from './entry.ts'
import { idsOf, nameOfReference, referenceOf } from './reference.ts'
import { readValue, type Value } from './value.ts'

/** What a value is compared with: https://hl7.org/fhir/R4/observation-definitions.html#Observation.referenceRange */
export interface ReferenceRange {
  low: number | undefined
  high: number | undefined
  unit: string | undefined
  text: string | undefined
  /** normal, recommended, treatment, therapeutic ...: http://terminology.hl7.org/CodeSystem/referencerange-meaning */
  kind: string | undefined
}

/** A measured part: of an Observation, or of one of its components. */
export interface Measured {
  what: Concept
  value: Value | undefined
  ranges: readonly ReferenceRange[]
  /** Codes such as H, L, HH, LL, N, A: http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation */
  interpretations: readonly string[]
  /** Why there is no value, as a code. */
  absentReason: string | undefined
}

/** https://hl7.org/fhir/R4/observation.html */
export interface ObservationEntry extends Entry, Measured {
  /** registered, preliminary, final, amended, corrected, cancelled, entered-in-error, unknown. */
  status: string | undefined
  /** laboratory, vital-signs, social-history, survey ... */
  categories: readonly string[]
  components: readonly Measured[]
  /** Ids of the Observations that belong to this one. */
  members: readonly string[]
  notes: readonly string[]
  performer: string | undefined
  visit: string | undefined
}

export function readObservation(fields: Fields): Omit<ObservationEntry, 'type' | 'id'> {
  return {
    ...dateOf(
      fields.effectiveDateTime,
      fields.effectiveInstant,
      fieldsOf(fields.effectivePeriod).start,
      fields.issued,
    ),
    ...measuredOf(fields),
    status: textOf(fields.status),
    categories: listOf(fields.category).flatMap((each) => codesOf(conceptOf(each))),
    components: fieldsIn(fields.component).map(measuredOf),
    members: idsOf('Observation', fields.hasMember),
    notes: notesIn(fields.note),
    performer: nameOfReference(listOf(fields.performer)[0]),
    visit: referenceOf(fields.encounter)?.id,
  }
}

function measuredOf(fields: Fields): Measured {
  return {
    what: conceptOf(fields.code),
    value: readValue(fields),
    ranges: fieldsIn(fields.referenceRange).map(referenceRangeOf),
    interpretations: listOf(fields.interpretation).flatMap((each) => codesOf(conceptOf(each))),
    absentReason: codesOf(conceptOf(fields.dataAbsentReason))[0],
  }
}

function referenceRangeOf(fields: Fields): ReferenceRange {
  const [low, high] = [fieldsOf(fields.low), fieldsOf(fields.high)]
  return {
    low: numberOf(low.value),
    high: numberOf(high.value),
    unit: textOf(low.unit) ?? textOf(high.unit) ?? textOf(low.code) ?? textOf(high.code),
    text: textOf(fields.text),
    kind: codesOf(conceptOf(fields.type))[0],
  }
}
