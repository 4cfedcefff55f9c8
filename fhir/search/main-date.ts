import type { IndexValue } from './index-rows.ts'
import { findParameter } from './parameters.ts'

/**
 * The first of these parameters that a type has is its main date. US Core joins it with the patient in its searches of the type.
 */
const mainDates = [
  // It stands before `date`, which is the time of the doses in a MedicationRequest.
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

/** Where a record lies in time: from the beginning of its earliest main date to the end of its latest. */
export interface MainDate {
  low: number
  high: number
  /** 2 stands for several. Conditions then look at the dates one by one. */
  dates: 0 | 1 | 2
}

/** Beyond every date that FHIR can write, and exact in every database. */
const never = 9e15

/** A record without the date comes last in both directions; it meets no condition on it. */
export const noMainDate: MainDate = { low: never, high: -never, dates: 0 }

/** The main date of a resource, from its index values. */
export function findMainDate(type: string, values: readonly IndexValue[]): MainDate {
  const code = mainDateOf(type)
  if (code === undefined) return noMainDate
  let found = noMainDate
  for (const value of values) {
    if (value.kind !== 'range' || value.param !== code) continue
    found = {
      low: Math.min(found.low, value.low),
      high: Math.max(found.high, value.high),
      dates: found.dates === 0 ? 1 : 2,
    }
  }
  return found
}
