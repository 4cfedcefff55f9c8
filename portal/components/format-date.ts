import { language } from '../language/words-provider.tsx'

const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
const dayInUtc = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' })
const month = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long', timeZone: 'UTC' })
const dayAndTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })

/** A moment of our own (ISO 8601) in the reader's time zone. */
export function formatMoment(text: string): string {
  // No line ends between a number and what it counts: "Nov 28", "6:38 AM".
  return dayAndTime.format(new Date(text)).replaceAll(/(?<=\d)\s(?=[\p{L}])|(?<=\p{L})\s(?=\d)/gu, '\u00a0')
}

export function formatDay(text: string): string {
  return day.format(new Date(text))
}

/**
 * A FHIR date, which may be only a year or a month. A date without time is the same day everywhere, so it must not
 * move with the reader's time zone.
 */
export function formatFhirDate(text: string): string {
  if (/^\d{4}$/.test(text)) return text
  if (Number.isNaN(Date.parse(text))) return text
  if (/^\d{4}-\d{2}$/.test(text)) return month.format(new Date(`${text}-01T00:00:00Z`))
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dayInUtc.format(new Date(`${text}T00:00:00Z`))
  return day.format(new Date(text))
}

/** "34 years", for small children "7 months". Undefined when the date of birth is not a whole date. */
export function formatAge(birthDate: string, now = new Date()): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(birthDate)
  if (!match) return undefined
  const [, year, monthOfYear, dayOfMonth] = match.map(Number) as [number, number, number, number]
  const hadDay = now.getDate() >= dayOfMonth
  const months = (now.getFullYear() - year) * 12 + now.getMonth() + 1 - monthOfYear - (hadDay ? 0 : 1)
  if (months < 24) return months === 1 ? '1 month' : `${Math.max(months, 0)} months`
  return `${Math.floor(months / 12)} years`
}
