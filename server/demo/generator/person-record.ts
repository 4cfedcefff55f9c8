import { openChart } from './chart.ts'
import type { Clinic } from './clinic.ts'
import type { Person } from './family-plan.ts'
import type { DemoPerson } from './generate-practice.ts'
import { addAdultImmunizations, addChildhoodImmunizations } from './immunizations.ts'
import { patientOf } from './patient.ts'

/** All that the practice knows of one person. */
export function recordOf(person: Person, clinic: Clinic, asOf: Date): DemoPerson {
  const patient = patientOf(person, clinic)
  const chart = openChart(person, patient, clinic, asOf)
  if (person.role === 'child') addChildhoodImmunizations(chart)
  else addAdultImmunizations(chart)
  return { patient, records: chart.records }
}
