import type { FhirResource, Patient, Reference } from 'fhir/r4'
import type { Clinic } from './clinic.ts'
import type { Person } from './family-plan.ts'
import { idOf } from './ids.ts'
import { type Dice, diceFor } from './random-source.ts'

/** One person's growing record. Each part of the generator adds to it and refers to earlier records. */
export interface Chart {
  person: Person
  patient: Patient
  /** `Patient/…` with the name: what `subject` and `patient` hold. */
  subject: Reference
  clinic: Clinic
  /** The practitioner who knows this person. */
  doctor: Reference
  asOf: Date
  records: FhirResource[]
  /** Gives the record its id and a reference to it. */
  add(record: FhirResource, display?: string): Reference
  /** The dice of one part of the record, so that a change of one part does not change the others. */
  diceFor(subject: string): Dice
}

export function openChart(person: Person, patient: Patient, clinic: Clinic, asOf: Date): Chart {
  const records: FhirResource[] = []
  const counts = new Map<string, number>()
  return {
    person,
    patient,
    clinic,
    asOf,
    records,
    subject: { reference: `Patient/${person.id}`, display: fullName(person) },
    doctor: clinic.doctors[person.doctor] ?? clinic.doctors[0],
    add(record, display) {
      const type = record.resourceType
      const count = counts.get(type) ?? 0
      counts.set(type, count + 1)
      const id = idOf(`${person.place}/${type}/${count}`)
      // The id comes first when a record is written out, as people expect.
      const { resourceType, ...rest } = record
      records.push({ resourceType, id, ...rest } as FhirResource)
      return { reference: `${type}/${id}`, ...(display !== undefined && { display }) }
    },
    diceFor: (subject) => diceFor(`${person.place}/${subject}`),
  }
}

export function fullName({ given, family }: { given: string; family: string }): string {
  return `${given} ${family}`
}
