import { parseDate } from '#fhir/dates.ts'
import { textOf } from '../fields.ts'

/** What every entry of a record has. */
export interface Entry {
  type: string
  id: string
  /** When it happened, as the record writes it: a year, a month, a day or a moment. */
  date: string | undefined
  /** The same in ms, for order. */
  time: number | undefined
  /** When the server got this version of it, in ms. */
  updated?: number | undefined
}

/** The first that is a FHIR date. */
export function dateOf(...values: unknown[]): Pick<Entry, 'date' | 'time'> {
  for (const value of values) {
    const range = parseDate(value)
    if (range) return { date: textOf(value), time: range.start }
  }
  return { date: undefined, time: undefined }
}

/** A FHIR date as written; undefined when it is none. */
export function dateTextOf(value: unknown): string | undefined {
  return dateOf(value).date
}

/** The newest first; what has no date comes last, in the order of ids. */
export function byNewest(one: Pick<Entry, 'id' | 'time'>, other: Pick<Entry, 'id' | 'time'>): number {
  const [a, b] = [one.time ?? Number.NEGATIVE_INFINITY, other.time ?? Number.NEGATIVE_INFINITY]
  if (a !== b) return a < b ? 1 : -1
  if (one.id === other.id) return 0
  return one.id < other.id ? -1 : 1
}
