import type { IndexValue } from './index-rows.ts'
import { findParameter } from './parameters.ts'

/** The first of these that a type has: what US Core joins with the patient, in its searches of the type. */
const mainDates = [
  // Before `date`, which of a MedicationRequest is when doses are due.
  'authoredon',
  'date',
  'onset-date',
  'authored-on',
  'authored',
  'effective',
  'effective-time',
  'whenhandedover',
  'start-date',
  'created',
  'started',
  'collected',
  'recorded',
  'sent',
  'target-date',
]

const codeByType = new Map<string, string | undefined>()

/** The code of the date parameter that searches of a type are mostly narrowed and sorted by; undefined without one. */
export function mainDateOf(type: string): string | undefined {
  if (!codeByType.has(type))
    codeByType.set(
      type,
      mainDates.find((code) => findParameter(type, code)?.type === 'date'),
    )
  return codeByType.get(type)
}

/** Where a record lies in time, as its rows of the main date say. */
export interface MainDate {
  low: number
  high: number
}

/** Beyond every date that FHIR can write, and exact in every database. */
const never = 9e15

/** A record without the date comes last in both directions; it meets no condition on it. */
export const noMainDate: MainDate = { low: never, high: -never }

/** A record with several: conditions and sorting look at its rows one by one. */
export const severalMainDates: MainDate = { low: -never, high: never }

/** The main date of a resource, from its index values. */
export function findMainDate(type: string, values: readonly IndexValue[]): MainDate {
  const code = mainDateOf(type)
  if (code === undefined) return noMainDate
  let found: MainDate | undefined
  for (const value of values) {
    if (value.kind !== 'range' || value.param !== code) continue
    if (found) return severalMainDates
    found = { low: value.low, high: value.high }
  }
  return found ?? noMainDate
}
