/** A type of FHIR record in words that a patient understands. */
export interface KindOfRecord {
  type: string
  /** As in "This app may read your …". */
  label: string
}

/** The kinds that a consent page names one by one, in the order in which people care about them. */
export const kindsOfRecord: readonly KindOfRecord[] = [
  { type: 'Patient', label: 'Name, address, date of birth and contacts' },
  { type: 'AllergyIntolerance', label: 'Allergies and intolerances' },
  { type: 'Condition', label: 'Conditions and diagnoses' },
  { type: 'MedicationRequest', label: 'Prescriptions' },
  { type: 'MedicationStatement', label: 'Medications you take' },
  { type: 'MedicationDispense', label: 'Medications handed out by pharmacies' },
  { type: 'Medication', label: 'Details of the medications' },
  { type: 'Immunization', label: 'Immunizations' },
  { type: 'Observation', label: 'Lab results, vital signs and other measurements' },
  { type: 'DiagnosticReport', label: 'Lab and imaging reports' },
  { type: 'Specimen', label: 'Samples taken for tests' },
  { type: 'Procedure', label: 'Procedures and operations' },
  { type: 'Encounter', label: 'Visits' },
  { type: 'DocumentReference', label: 'Notes and documents' },
  { type: 'CarePlan', label: 'Care plans' },
  { type: 'Goal', label: 'Health goals' },
  { type: 'CareTeam', label: 'Care team' },
  { type: 'ServiceRequest', label: 'Orders and referrals' },
  { type: 'Device', label: 'Implanted devices' },
  { type: 'Coverage', label: 'Insurance coverage' },
  { type: 'RelatedPerson', label: 'Relatives and caregivers' },
  { type: 'Provenance', label: 'Where entries of the record came from' },
  { type: 'Practitioner', label: 'Names of the doctors and staff involved' },
  { type: 'PractitionerRole', label: 'Roles of the doctors and staff involved' },
  { type: 'Organization', label: 'Practices and laboratories involved' },
  { type: 'Location', label: 'Places of care' },
]

/** All of the kinds above in one sentence. */
export const everyKind =
  'Everything in the record: name and contacts, allergies, conditions, medications, immunizations, lab results and vital signs, reports, visits, procedures, documents, care plans and goals, devices, insurance, and the people and places involved.'

/** The words for a type; a type without words of ours is named as it is. */
export function labelOfType(type: string): string {
  return kindsOfRecord.find((kind) => kind.type === type)?.label ?? type
}
