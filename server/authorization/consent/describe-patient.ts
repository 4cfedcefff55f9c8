import type { EncounterLine, PatientLine } from '#server/access/access.ts'

const day = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' })

/** The date is written out, so that nobody takes the month for the day. */
export function describeBirth({ birthDate }: Pick<PatientLine, 'birthDate'>): string {
  return birthDate === undefined ? 'date of birth not recorded' : `born ${formatDay(birthDate)}`
}

export function describeEncounter({ title, start }: EncounterLine): string {
  return start === undefined ? title : `${title}, ${formatDay(start)}`
}

/** A FHIR date may have only a year, or year and month. Then it is shown as it is. */
function formatDay(text: string): string {
  const date = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0]
  return date === undefined || Number.isNaN(Date.parse(date)) ? text : day.format(new Date(date))
}
