/** What each type of record holds, in plain words, for those that the API's table does not describe itself. */
const words: Record<string, string> = {
  AllergyIntolerance: 'Allergies and intolerances, with the reactions seen',
  CarePlan: 'What is planned for the care of the patient',
  CareTeam: 'Who takes part in the care',
  Condition: 'Diagnoses and other health problems',
  Coverage: 'Insurance',
  Device: 'Implants and other devices',
  DiagnosticReport: 'Reports of laboratory, imaging and others, naming their observations',
  DocumentReference: 'Notes and other documents',
  Encounter: 'Visits and stays',
  Goal: 'Aims of the care',
  Immunization: 'Vaccinations',
  Location: 'Places of care',
  Medication: 'Medicines that other records refer to',
  MedicationDispense: 'Medicines handed out',
  MedicationRequest: 'Prescriptions',
  MedicationStatement: 'Medicines that the patient is said to take',
  Observation: 'Vital signs, laboratory results, smoking status and other measurements',
  Organization: 'Practices, laboratories, insurers',
  Patient: 'Name, date of birth, gender, address, telephone',
  Practitioner: 'Doctors, nurses and others who treat',
  PractitionerRole: 'What a practitioner does, and where',
  Procedure: 'Operations and other procedures',
  Provenance: 'Where a record came from',
  RelatedPerson: 'Family and others close to the patient',
  ServiceRequest: 'Orders and referrals',
  Specimen: 'Samples taken',
}

export function describeType(type: string): string {
  return words[type] ?? ''
}
