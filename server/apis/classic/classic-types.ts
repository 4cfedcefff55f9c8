import { canBeAboutPatient } from '#fhir/compartment/compartment.ts'
import { hasDate } from '#fhir/when-it-happened.ts'

/** A type that the classic API serves, with the filters that its list takes. */
export interface ClassicType {
  type: string
  hasPatient: boolean
  hasDate: boolean
}

const names = [
  ...['Patient', 'AllergyIntolerance', 'CarePlan', 'CareTeam', 'Condition', 'Coverage', 'Device'],
  ...['DiagnosticReport', 'DocumentReference', 'Encounter', 'Goal', 'Immunization', 'Location', 'Medication'],
  ...['MedicationDispense', 'MedicationRequest', 'MedicationStatement', 'Observation', 'Organization'],
  ...['Practitioner', 'PractitionerRole', 'Procedure', 'Provenance', 'RelatedPerson', 'ServiceRequest'],
  'Specimen',
]

/** Every type of the classic API: its routes and its documentation are made from these rows. */
export const classicTypes: readonly ClassicType[] = names.map((type) => ({
  type,
  hasPatient: canBeAboutPatient(type),
  hasDate: hasDate(type),
}))
