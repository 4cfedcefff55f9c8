import type { FhirResource, Organization, Practitioner, Resource } from 'fhir/r4'
import { type Clinic, makeClinic } from './clinic.ts'
import type { DemoPerson } from './demo-person.ts'
import { planFamily } from './family-plan.ts'
import { addNarrative } from './narrative.ts'
import { recordOf } from './person-record.ts'

export type { DemoPerson } from './demo-person.ts'

/** A made-up practice with made-up patients. The same options always give the same bytes. */
export interface DemoPractice {
  organization: Organization
  /** Records about no patient: organizations, locations, practitioners and their roles, medications. */
  shared: Resource[]
  practitioners: Practitioner[]
  /**
   * The people are made while they are read, so that any number fits into memory. They may be read again. A family is the same
   * for every number of patients, except the last family, which is cut to the number.
   */
  families(): Iterable<DemoFamily>
  /** The patients behind the demo's sign-ins: a parent of two, and an adult with long-term illnesses. */
  knownPeople(): { parentId: string; childIds: string[]; adultId: string }
}

export interface DemoFamily {
  members: DemoPerson[]
}

export function generatePractice(options: {
  seed: number
  patients: number
  asOf: Date
  name?: string
}): DemoPractice {
  const { seed, patients, asOf, name = 'Maple Street Family Practice' } = options
  const clinic = makeClinic(seed, name)
  addNarratives(clinic.shared)
  return {
    organization: clinic.organization,
    shared: clinic.shared,
    practitioners: clinic.practitioners,
    families: () => makeFamilies(clinic, seed, patients, asOf),
    knownPeople() {
      // The parent, who is always there, replaces a person who is cut off.
      const known = [...planFamily(seed, 0, asOf), ...planFamily(seed, 1, asOf)].slice(
        0,
        Math.max(patients, 1),
      )
      const parentId = known[0]?.id ?? ''
      return {
        parentId,
        childIds: known.filter((person) => person.role === 'child').map((person) => person.id),
        adultId: known.find((person) => person.isLongTermPatient)?.id ?? parentId,
      }
    },
  }
}

function* makeFamilies(clinic: Clinic, seed: number, patients: number, asOf: Date): Generator<DemoFamily> {
  let missing = patients
  for (let index = 0; missing > 0; index += 1) {
    const people = planFamily(seed, index, asOf).slice(0, missing)
    missing -= people.length
    const members = people.map((person) => recordOf(person, clinic, asOf))
    for (const { patient, records } of members) addNarratives([patient, ...records])
    yield { members }
  }
}

function addNarratives(records: readonly Resource[]): void {
  for (const record of records) addNarrative(record as FhirResource)
}
