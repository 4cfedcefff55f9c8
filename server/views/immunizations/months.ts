const day = 86_400_000

/** The same day some months later, in ms; the last day of the month when it is shorter. Also parts of months. */
export function addMonths(time: number, months: number): number {
  const whole = Math.floor(months)
  const from = new Date(time)
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + whole, 1))
  const lastDay = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate()
  to.setUTCDate(Math.min(from.getUTCDate(), lastDay))
  return to.getTime() + Math.round((months - whole) * 30.44) * day
}

/** A day as FHIR writes it. */
export function dayText(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** The start of a whole day; undefined when the record knows only a month or a year, or nothing. */
export function timeOfDay(date: string | undefined): number | undefined {
  return date !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(date) : undefined
}

/** Doses up to four days early count: https://www.cdc.gov/vaccines/hcp/imz-best-practices/timing-spacing-immunobiologics.html */
export const grace = 4 * day
