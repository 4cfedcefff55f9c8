import { type Concept, codesOf, conceptOf } from '../concept.ts'
import { type Fields, fieldsOf, listOf } from '../fields.ts'
import { dateOf, dateTextOf, type Entry } from './entry.ts'
import { referenceOf } from './reference.ts'

/** https://hl7.org/fhir/R4/condition.html */
export interface ConditionEntry extends Entry {
  what: Concept
  /** active, recurrence, relapse, inactive, remission, resolved. */
  clinicalStatus: string | undefined
  /** unconfirmed, provisional, differential, confirmed, refuted, entered-in-error. */
  verificationStatus: string | undefined
  /** problem-list-item, encounter-diagnosis, health-concern ... */
  categories: readonly string[]
  onset: string | undefined
  end: string | undefined
  visit: string | undefined
}

export function readCondition(fields: Fields): Omit<ConditionEntry, 'type' | 'id'> {
  const onset = dateTextOf(fields.onsetDateTime) ?? dateTextOf(fieldsOf(fields.onsetPeriod).start)
  return {
    ...dateOf(onset, fields.recordedDate),
    what: conceptOf(fields.code),
    clinicalStatus: codesOf(conceptOf(fields.clinicalStatus))[0],
    verificationStatus: codesOf(conceptOf(fields.verificationStatus))[0],
    categories: listOf(fields.category).flatMap((each) => codesOf(conceptOf(each))),
    onset,
    end: dateTextOf(fields.abatementDateTime) ?? dateTextOf(fieldsOf(fields.abatementPeriod).start),
    visit: referenceOf(fields.encounter)?.id,
  }
}
