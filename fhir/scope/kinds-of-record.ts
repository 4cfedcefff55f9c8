import type { FilterPart } from './scope.ts'

/** A type of record in words that a patient understands. */
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

/** The words for a type. A type without words is shown by its FHIR name. */
export function labelOfType(type: string): string {
  return kindsOfRecord.find((kind) => kind.type === type)?.label ?? type
}

/** Words for the codes by which applications ask for a part of a kind. The same code means the same in every system. */
const partLabels: Record<string, string> = {
  'Observation?category=laboratory': 'Lab results',
  'Observation?category=vital-signs': 'Vital signs, such as blood pressure and weight',
  'Observation?category=social-history': 'Social history, such as smoking',
  'Observation?category=survey': 'Answers to questionnaires',
  'Observation?category=sdoh': 'Assessments of living conditions',
  'Observation?category=functional-status': 'Assessments of what you can do in daily life',
  'Observation?category=disability-status': 'Assessments of disability',
  'Observation?category=cognitive-status': 'Assessments of memory and thinking',
  'Observation?category=treatment-intervention-preference': 'Your wishes about treatments',
  'Observation?category=care-experience-preference': 'Your wishes about care',
  'Observation?category=imaging': 'Results of imaging',
  'Observation?category=procedure': 'Measurements made during procedures',
  'Observation?category=exam': 'Findings of examinations',
  'Condition?category=problem-list-item': 'Problems on the problem list',
  'Condition?category=encounter-diagnosis': 'Diagnoses made at visits',
  'Condition?category=health-concern': 'Health concerns',
  'Condition?category=sdoh': 'Problems of living conditions',
  'DocumentReference?category=clinical-note': 'Notes of clinicians',
  'DiagnosticReport?category=LAB': 'Lab reports',
  'ServiceRequest?category=sdoh': 'Referrals about living conditions',
}

/** The words for the records that a scope with a filter opens. A filter without words is shown by its codes. */
export function labelOfPart(type: string, filter: readonly FilterPart[]): string {
  const parts = filter.map(({ name, value }) => ({ name, codes: value.split(',').map(codeOf) }))
  const known = parts.flatMap(({ name, codes }) => codes.map((code) => partLabels[`${type}?${name}=${code}`]))
  if (parts.length === 1 && known.every((label) => label !== undefined)) return known.join('; ')
  const words = parts.map(({ name, codes }) => `${name.replaceAll('-', ' ')} ${codes.join(' or ')}`)
  return `${labelOfType(type)}, only those with ${words.join(' and ')}`
}

/** The code in `system|code`. */
function codeOf(token: string): string {
  return token.slice(token.lastIndexOf('|') + 1) || token
}
