const dayLength = 86_400_000

export function addDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * dayLength)
}

/** The same day so many months later; the 31st becomes the last day of a shorter month. */
export function addMonths(date: Date, months: number): Date {
  const moved = new Date(date)
  const day = moved.getUTCDate()
  moved.setUTCDate(1)
  moved.setUTCMonth(moved.getUTCMonth() + months)
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate()
  moved.setUTCDate(Math.min(day, lastDay))
  return moved
}

export function addYears(date: Date, years: number): Date {
  return addMonths(date, years * 12)
}

export function addMinutes(date: Date, minutes: number): Date {
  return new Date(date.getTime() + minutes * 60_000)
}

/** The last of the days. */
export function later(one: Date, other: Date): Date {
  return new Date(Math.max(one.getTime(), other.getTime()))
}

/** A time of day in the practice's opening hours: 14 to 21 o'clock UTC is 8 to 15 o'clock in Wisconsin's winter. */
export function atHour(date: Date, hour: number, minute = 0): Date {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), hour, minute))
}

/** The practice is closed on Saturday and Sunday: the Monday after. */
export function openDay(date: Date): Date {
  const day = date.getUTCDay()
  if (day === 6) return addDays(date, 2)
  return day === 0 ? addDays(date, 1) : date
}

/** As FHIR writes a date. */
export function toDay(date: Date): string {
  return date.toISOString().slice(0, 10)
}

/** As FHIR writes a dateTime or an instant. */
export function toTime(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

/** Completed months of age. */
export function monthsBetween(birth: Date, date: Date): number {
  const months =
    (date.getUTCFullYear() - birth.getUTCFullYear()) * 12 + date.getUTCMonth() - birth.getUTCMonth()
  return date.getUTCDate() < birth.getUTCDate() ? months - 1 : months
}

/** Completed years of age. */
export function yearsBetween(birth: Date, date: Date): number {
  return Math.floor(monthsBetween(birth, date) / 12)
}
