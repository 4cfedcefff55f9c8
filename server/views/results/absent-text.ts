import type { Measured } from '../entries/observation.ts'
import type { Reading } from '../page.ts'

/** Codes of http://terminology.hl7.org/CodeSystem/data-absent-reason */
const reasons = {
  'asked-declined': 'results.declined',
  'asked-unknown': 'results.notKnown',
  'temp-unknown': 'results.notKnownYet',
  'not-asked': 'results.notAsked',
  'not-applicable': 'results.notApplicable',
  'not-performed': 'results.notPerformed',
  'not-permitted': 'results.notPermitted',
  masked: 'results.masked',
  unknown: 'results.notKnown',
  error: 'results.measuringFailed',
  'not-a-number': 'results.measuringFailed',
  'negative-infinity': 'results.belowScale',
  'positive-infinity': 'results.aboveScale',
} as const

/** Why there is no value to show. */
export function absentText({ value, absentReason }: Measured, { words }: Reading): string {
  if (absentReason !== undefined && absentReason in reasons)
    return words(reasons[absentReason as keyof typeof reasons])
  return words(value === undefined ? 'results.noValue' : 'results.valueWithoutWords')
}
