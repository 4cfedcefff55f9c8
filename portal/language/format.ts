import { language } from './words-provider.tsx'

const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
const dayInUtc = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' })
const month = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long', timeZone: 'UTC' })
const dayAndTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
const ago = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })

/** A moment of our own (ISO 8601) in the reader's time zone. */
export function formatMoment(text: string): string {
  // No line ends between a number and what it counts: "Nov 28", "6:38 AM".
  return dayAndTime.format(new Date(text)).replaceAll(/(?<=\d)\s(?=[\p{L}])|(?<=\p{L})\s(?=\d)/gu, '\u00a0')
}

export function formatDay(text: string): string {
  return day.format(new Date(text))
}

/**
 * A FHIR date in the reader's language: a year, a month, a day or a moment. A date without time is the same day everywhere, so it
 * does not move with the reader's time zone.
 */
export function formatRecordDate(text: string): string {
  if (/^\d{4}$/.test(text)) return text
  if (Number.isNaN(Date.parse(text))) return text
  if (/^\d{4}-\d{2}$/.test(text)) return month.format(new Date(`${text}-01T00:00:00Z`))
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dayInUtc.format(new Date(`${text}T00:00:00Z`))
  return day.format(new Date(text))
}

const units = [
  ['year', 365.25],
  ['month', 30.44],
  ['week', 7],
  ['day', 1],
] as const

/** "3 years ago", "yesterday"; undefined when the text is no date. */
export function formatAgo(text: string, now = Date.now()): string | undefined {
  const time = Date.parse(text)
  if (Number.isNaN(time)) return undefined
  const days = (time - now) / 86_400_000
  const [unit, length] = units.find(([, each]) => Math.abs(days) >= each) ?? units[3]
  return ago.format(Math.trunc(days / length), unit)
}

/** Whole years, below two years whole months. Undefined when the date of birth is not a whole date, or is to come. */
export function ageOf(
  birthDate: string,
  now = new Date(),
): { years: number } | { months: number } | undefined {
  const [, year, monthOfYear, dayOfMonth] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(birthDate)?.map(Number) ?? []
  if (year === undefined || monthOfYear === undefined || dayOfMonth === undefined) return undefined
  const hadDay = now.getDate() >= dayOfMonth
  const months = (now.getFullYear() - year) * 12 + now.getMonth() + 1 - monthOfYear - (hadDay ? 0 : 1)
  if (months < 0) return undefined
  return months < 24 ? { months } : { years: Math.floor(months / 12) }
}

const list = new Intl.ListFormat(language, { type: 'conjunction' })

/** "asthma, hay fever, and eczema". */
export function formatList(parts: readonly string[]): string {
  return list.format(parts)
}

const number = new Intl.NumberFormat(language, { maximumFractionDigits: 3, useGrouping: 'min2' })

/** A round number of an axis. What a record says leaves the server as text. */
export function formatNumber(value: number): string {
  return number.format(value)
}

const monthAndYear = new Intl.DateTimeFormat(language, { year: '2-digit', month: 'short', timeZone: 'UTC' })

/** The beginning of a year or of a month, short enough for an axis. */
export function formatTick(at: number, isYear: boolean): string {
  return isYear ? String(new Date(at).getUTCFullYear()) : monthAndYear.format(at)
}

const sizes = ['byte', 'kilobyte', 'megabyte'] as const

/** "420 kB". */
export function formatBytes(bytes: number): string {
  const step = bytes < 1000 ? 0 : bytes < 1_000_000 ? 1 : 2
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: sizes[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: step === 2 ? 1 : 0,
  }).format(bytes / 1000 ** step)
}
