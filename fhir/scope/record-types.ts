import type { FhirResource } from 'fhir/r4'

/**
 * Every type of record that people see, one row each, in the order in which people care about them. The consent page, the choice of
 * scopes, the portal, the classic API and the documentation are made from these rows.
 */
export interface RecordTypeRow {
  /** On the consent page, as in "This app may read your …". */
  label: string
  /** The words for it in the sentence that names everything in a record; several types may share them. */
  inShort: string
  /** What it holds, for developers. */
  description: string
  /** Filters of scopes by which applications ask for a part of it, as `name=code`, in words. Code systems do not matter. */
  parts?: Readonly<Record<string, string>>
}

export type RecordTypeTable = Readonly<Partial<Record<FhirResource['resourceType'], RecordTypeRow>>>

const results = 'lab results and vital signs'
const involved = 'the people and places involved'

export const recordTypes = {
  Patient: {
    label: 'Name, address, date of birth and contacts',
    inShort: 'name and contacts',
    description: 'Name, date of birth, gender, address, telephone',
  },
  AllergyIntolerance: {
    label: 'Allergies and intolerances',
    inShort: 'allergies',
    description: 'Allergies and intolerances, with the reactions seen',
  },
  Condition: {
    label: 'Conditions and diagnoses',
    inShort: 'conditions',
    description: 'Diagnoses and other health problems',
    parts: {
      'category=problem-list-item': 'Problems on the problem list',
      'category=encounter-diagnosis': 'Diagnoses made at visits',
      'category=health-concern': 'Health concerns',
      'category=sdoh': 'Problems of living conditions',
    },
  },
  MedicationRequest: {
    label: 'Prescriptions',
    inShort: 'medications',
    description: 'Prescriptions',
  },
  MedicationStatement: {
    label: 'Medications you take',
    inShort: 'medications',
    description: 'Medicines that the patient is said to take',
  },
  MedicationDispense: {
    label: 'Medications handed out by pharmacies',
    inShort: 'medications',
    description: 'Medicines handed out',
  },
  Medication: {
    label: 'Details of the medications',
    inShort: 'medications',
    description: 'Medicines that other records refer to',
  },
  Immunization: {
    label: 'Immunizations',
    inShort: 'immunizations',
    description: 'Vaccinations',
  },
  Observation: {
    label: 'Lab results, vital signs and other measurements',
    inShort: results,
    description: 'Vital signs, laboratory results, smoking status and other measurements',
    parts: {
      'category=laboratory': 'Lab results',
      'category=vital-signs': 'Vital signs, such as blood pressure and weight',
      'category=social-history': 'Social history, such as smoking',
      'category=survey': 'Answers to questionnaires',
      'category=sdoh': 'Assessments of living conditions',
      'category=functional-status': 'Assessments of what you can do in daily life',
      'category=disability-status': 'Assessments of disability',
      'category=cognitive-status': 'Assessments of memory and thinking',
      'category=treatment-intervention-preference': 'Your wishes about treatments',
      'category=care-experience-preference': 'Your wishes about care',
      'category=imaging': 'Results of imaging',
      'category=procedure': 'Measurements made during procedures',
      'category=exam': 'Findings of examinations',
    },
  },
  DiagnosticReport: {
    label: 'Lab and imaging reports',
    inShort: 'reports',
    description: 'Reports of laboratory, imaging and others, naming their observations',
    parts: { 'category=LAB': 'Lab reports' },
  },
  Specimen: {
    label: 'Samples taken for tests',
    inShort: results,
    description: 'Samples taken',
  },
  Procedure: {
    label: 'Procedures and operations',
    inShort: 'procedures',
    description: 'Operations and other procedures',
  },
  Encounter: {
    label: 'Visits',
    inShort: 'visits',
    description: 'Visits and stays',
  },
  DocumentReference: {
    label: 'Notes and documents',
    inShort: 'documents',
    description: 'Notes and other documents',
    parts: { 'category=clinical-note': 'Notes of clinicians' },
  },
  CarePlan: {
    label: 'Care plans',
    inShort: 'care plans and goals',
    description: 'What is planned for the care of the patient',
  },
  Goal: {
    label: 'Health goals',
    inShort: 'care plans and goals',
    description: 'Aims of the care',
  },
  CareTeam: {
    label: 'Care team',
    inShort: 'care team',
    description: 'Who takes part in the care',
  },
  ServiceRequest: {
    label: 'Orders and referrals',
    inShort: 'orders and referrals',
    description: 'Orders and referrals',
    parts: { 'category=sdoh': 'Referrals about living conditions' },
  },
  Device: {
    label: 'Implanted devices',
    inShort: 'devices',
    description: 'Implants and other devices',
  },
  Coverage: {
    label: 'Insurance coverage',
    inShort: 'insurance',
    description: 'Insurance',
  },
  RelatedPerson: {
    label: 'Relatives and caregivers',
    inShort: 'relatives and caregivers',
    description: 'Family and others close to the patient',
  },
  Provenance: {
    label: 'Where entries of the record came from',
    inShort: 'where entries came from',
    description: 'Where a record came from',
  },
  Practitioner: {
    label: 'Names of the doctors and staff involved',
    inShort: involved,
    description: 'Doctors, nurses and others who treat',
  },
  PractitionerRole: {
    label: 'Roles of the doctors and staff involved',
    inShort: involved,
    description: 'What a practitioner does, and where',
  },
  Organization: {
    label: 'Practices and laboratories involved',
    inShort: involved,
    description: 'Practices, laboratories, insurers',
  },
  Location: {
    label: 'Places of care',
    inShort: involved,
    description: 'Places of care',
  },
} as const satisfies RecordTypeTable

/** The types in the order of the table. */
export function listRecordTypes(table: RecordTypeTable = recordTypes): string[] {
  return Object.keys(table)
}

/** The row of a type; undefined: people do not see it by itself. */
export function rowOf(type: string, table: RecordTypeTable = recordTypes): RecordTypeRow | undefined {
  return Object.hasOwn(table, type) ? table[type as keyof RecordTypeTable] : undefined
}
