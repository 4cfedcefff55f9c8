import { type Prefix, prefixes, splitPrefix } from './prefix.ts'

/**
 * FHIR dates as ranges of time: https://hl7.org/fhir/R4/datatypes.html#dateTime
 * A date that ends early covers all that it could mean: 2024-03 is the whole March. Without a zone it is UTC.
 */
export interface TimeRange {
  /** Milliseconds since 1970, inclusive. */
  start: number
  /** Exclusive. */
  end: number
}

/** An open end of a Period: the first and the last time that JavaScript can represent. */
export const earliestTime = -8_640_000_000_000_000
export const latestTime = 8_640_000_000_000_000

const pattern =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/

/** The time that a date, dateTime or instant covers; undefined when it is not one. */
export function parseDate(text: unknown): TimeRange | undefined {
  const match = typeof text === 'string' ? pattern.exec(text) : null
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const parts = [year, month ?? '01', day ?? '01', hour ?? '00', minute ?? '00', second ?? '00'].map(Number)
  const milliseconds = Math.floor(Number(`0.${fraction ?? 0}`) * 1000)
  const start = toTime(parts, milliseconds)
  const offset = zoneOffset(zone)
  if (start === undefined || offset === undefined) return undefined
  return { start: start - offset, end: endOf(match, parts, start) - offset }
}

function endOf(match: RegExpExecArray, parts: number[], start: number): number {
  const [, , month, day, hour, , second, fraction] = match
  if (fraction !== undefined) return start + 1
  if (second !== undefined) return start + 1000
  if (hour !== undefined) return start + 60_000
  if (day !== undefined) return start + 86_400_000
  const [year = 0, monthNumber = 1] = parts
  return month === undefined ? utc(year + 1, 0, 1) : utc(year, monthNumber, 1)
}

/** Undefined for the 30th of February, the 25th hour and the year 0. */
function toTime(parts: number[], milliseconds: number): number | undefined {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
  if (year === 0 || hour > 23 || minute > 59 || second > 60) return undefined
  const midnight = utc(year, month - 1, day)
  const date = new Date(midnight)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  // A leap second counts as the second before it, so that it does not fall into the next day.
  return midnight + ((hour * 60 + minute) * 60 + Math.min(second, 59)) * 1000 + milliseconds
}

function utc(year: number, month: number, day: number): number {
  // Not Date.UTC, which reads the years 0 to 99 as 1900 to 1999.
  return new Date(0).setUTCFullYear(year, month, day)
}

function zoneOffset(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number)
  if (hours > 14 || minutes > 59) return undefined
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

/** The time that a Period covers, open at an end that is absent; undefined when neither end can be read. */
export function parsePeriod(period: { start?: unknown; end?: unknown }): TimeRange | undefined {
  const start = parseDate(period.start)
  const end = parseDate(period.end)
  if (!start && !end) return undefined
  const range = { start: start?.start ?? earliestTime, end: end?.end ?? latestTime }
  return range.start < range.end ? range : undefined
}

/** The time that a Timing covers, from the first of its events or bounds to the last: https://hl7.org/fhir/R4/search.html#date */
export function parseTiming(timing: {
  event?: unknown
  repeat?: { boundsPeriod?: { start?: unknown; end?: unknown } }
}): TimeRange | undefined {
  const { event, repeat } = timing
  const events: unknown[] = Array.isArray(event) ? event : []
  const bounds = repeat?.boundsPeriod ? parsePeriod(repeat.boundsPeriod) : undefined
  const ranges = [...events.map(parseDate), bounds].filter((each) => each !== undefined)
  // A list of a million events is too long for the arguments of one call.
  return ranges.reduce<TimeRange | undefined>(
    (all, { start, end }) => ({
      start: Math.min(all?.start ?? start, start),
      end: Math.max(all?.end ?? end, end),
    }),
    undefined,
  )
}

/** A zone such as +01:00 arrives with a space when the client did not encode its plus sign. */
export function restorePlus(text: string): string {
  return text.replace(/ (\d{2}:\d{2})$/, '+$1')
}

/** The prefixes of date searches, except `ap`: https://hl7.org/fhir/R4/search.html#prefix */
export type DatePrefix = Exclude<Prefix, 'ap'>
export const datePrefixes = prefixes.filter((each): each is DatePrefix => each !== 'ap')

export interface DateCondition extends TimeRange {
  prefix: DatePrefix
}

/** A search value such as `ge2024-03`; no prefix means `eq`. Undefined when it cannot be read. */
export function parseDateCondition(text: string): DateCondition | undefined {
  const [prefix, date] = splitPrefix(text)
  const range = parseDate(date)
  return prefix === 'ap' || !range ? undefined : { prefix, ...range }
}

/** Whether a record that happened in `range` meets the condition, as R4 defines each prefix on ranges. */
export function meetsDateCondition(range: TimeRange, condition: DateCondition): boolean {
  return meets[condition.prefix](range, condition)
}

const meets: Record<DatePrefix, (range: TimeRange, asked: TimeRange) => boolean> = {
  eq: (range, asked) => range.start >= asked.start && range.end <= asked.end,
  ne: (range, asked) => range.start < asked.start || range.end > asked.end,
  gt: (range, asked) => range.end > asked.end,
  lt: (range, asked) => range.start < asked.start,
  ge: (range, asked) => range.start >= asked.start || range.end > asked.end,
  le: (range, asked) => range.end <= asked.end || range.start < asked.start,
  sa: (range, asked) => range.start >= asked.end,
  eb: (range, asked) => range.end <= asked.start,
}
