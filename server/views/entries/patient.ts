import type { HumanName } from 'fhir/r4'
import { type Fields, fieldsIn, textOf, textsIn } from '../fields.ts'
import { dateTextOf, type Entry } from './entry.ts'

/** https://hl7.org/fhir/R4/patient.html */
export interface PatientEntry extends Entry {
  /** The official name, else the first one; undefined when the record names nobody. */
  name: string | undefined
  birthDate: string | undefined
  gender: string | undefined
  isDeceased: boolean
}

export function readPatient(fields: Fields): Omit<PatientEntry, 'type' | 'id'> {
  return {
    date: undefined,
    time: undefined,
    name: nameOf(fieldsIn(fields.name)),
    birthDate: dateTextOf(fields.birthDate),
    gender: textOf(fields.gender),
    isDeceased: fields.deceasedBoolean === true || textOf(fields.deceasedDateTime) !== undefined,
  }
}

function nameOf(names: Fields[]): string | undefined {
  const chosen = names.find(({ use }) => use === ('official' satisfies HumanName['use'])) ?? names[0]
  return textOf(chosen?.text) ?? textOf([...textsIn(chosen?.given), textOf(chosen?.family) ?? ''].join(' '))
}
