import { addAdultHistory } from './adult-history.ts'
import { addTreatments, illnessesOf } from './adult-illnesses.ts'
import { addAllergies } from './allergies.ts'
import { addCarePlans } from './care-plans.ts'
import { type Chart, openChart } from './chart.ts'
import { addChildAsthma, hasAsthma, isSchoolChild } from './child-asthma.ts'
import { addChildHistory } from './child-history.ts'
import type { Clinic } from './clinic.ts'
import { addCoverage } from './coverage.ts'
import type { DemoPerson } from './demo-person.ts'
import type { Person } from './family-plan.ts'
import { addAdultImmunizations, addChildhoodImmunizations } from './immunizations.ts'
import { patientOf } from './patient.ts'
import { addGuardians } from './related-people.ts'

/** The whole record of one person. */
export function recordOf(person: Person, clinic: Clinic, asOf: Date): DemoPerson {
  const patient = patientOf(person, clinic)
  const chart = openChart(person, patient, clinic, asOf)
  if (person.role === 'child') fillChild(chart)
  else fillAdult(chart)
  return { patient, records: chart.records }
}

function fillChild(chart: Chart): void {
  const guardian = addGuardians(chart)
  addCoverage(chart, guardian)
  addAllergies(chart, chart.person.isKnownChild && !isSchoolChild(chart) ? ['peanut'] : [])
  const visits = addChildHistory(chart)
  addChildhoodImmunizations(chart, visits)
  const illnesses = hasAsthma(chart) ? addChildAsthma(chart, [...visits.values()]) : []
  addCarePlans(chart, illnesses, guardian)
}

function fillAdult(chart: Chart): void {
  addCoverage(chart, undefined)
  addAllergies(chart, chart.person.isLongTermPatient ? ['penicillin', 'grass'] : [])
  const illnesses = addAdultHistory(chart, illnessesOf(chart))
  addTreatments(chart, illnesses)
  addAdultImmunizations(chart)
  addCarePlans(chart, illnesses, undefined)
}
