/** Profiles of US Core that are newer than 6.1.0. */
const sinceEight = new Set([
  'us-core-adi-documentreference',
  'us-core-average-blood-pressure',
  'us-core-care-experience-preference',
  'us-core-observation-adi-documentation',
  'us-core-treatment-intervention-preference',
])

/** Addresses of the profiles of a type that writes are checked against, without a version and with each. */
export function listProfiles(type: string): string[] {
  const ofR4 = (r4Profiles[type] ?? []).flatMap((name) => {
    const url = `http://hl7.org/fhir/StructureDefinition/${name}`
    return [url, `${url}|4.0.1`]
  })
  return [...ofR4, ...listUsCoreProfiles(type)]
}

function listUsCoreProfiles(type: string): string[] {
  return (usCoreProfiles[type] ?? []).flatMap((name) => {
    const url = `http://hl7.org/fhir/us/core/StructureDefinition/${name}`
    return [url, ...(sinceEight.has(name) ? [] : [`${url}|6.1.0`]), `${url}|8.0.0`]
  })
}

/** The profiles of US Core 6.1.0 and 8.0.0, by the type they are of. */
const usCoreProfiles: Readonly<Record<string, readonly string[]>> = {
  AllergyIntolerance: ['us-core-allergyintolerance'],
  CarePlan: ['us-core-careplan'],
  CareTeam: ['us-core-careteam'],
  Condition: ['us-core-condition-encounter-diagnosis', 'us-core-condition-problems-health-concerns'],
  Coverage: ['us-core-coverage'],
  Device: ['us-core-implantable-device'],
  DiagnosticReport: ['us-core-diagnosticreport-lab', 'us-core-diagnosticreport-note'],
  DocumentReference: ['us-core-adi-documentreference', 'us-core-documentreference'],
  Encounter: ['us-core-encounter'],
  Goal: ['us-core-goal'],
  Immunization: ['us-core-immunization'],
  Location: ['us-core-location'],
  Medication: ['us-core-medication'],
  MedicationDispense: ['us-core-medicationdispense'],
  MedicationRequest: ['us-core-medicationrequest'],
  Observation: [
    'head-occipital-frontal-circumference-percentile',
    'pediatric-bmi-for-age',
    'pediatric-weight-for-height',
    'us-core-average-blood-pressure',
    'us-core-blood-pressure',
    'us-core-bmi',
    'us-core-body-height',
    'us-core-body-temperature',
    'us-core-body-weight',
    'us-core-care-experience-preference',
    'us-core-head-circumference',
    'us-core-heart-rate',
    'us-core-observation-adi-documentation',
    'us-core-observation-clinical-result',
    'us-core-observation-lab',
    'us-core-observation-occupation',
    'us-core-observation-pregnancyintent',
    'us-core-observation-pregnancystatus',
    'us-core-observation-screening-assessment',
    'us-core-observation-sexual-orientation',
    'us-core-pulse-oximetry',
    'us-core-respiratory-rate',
    'us-core-simple-observation',
    'us-core-smokingstatus',
    'us-core-treatment-intervention-preference',
    'us-core-vital-signs',
  ],
  Organization: ['us-core-organization'],
  Patient: ['us-core-patient'],
  Practitioner: ['us-core-practitioner'],
  PractitionerRole: ['us-core-practitionerrole'],
  Procedure: ['us-core-procedure'],
  Provenance: ['us-core-provenance'],
  QuestionnaireResponse: ['us-core-questionnaireresponse'],
  RelatedPerson: ['us-core-relatedperson'],
  ServiceRequest: ['us-core-servicerequest'],
  Specimen: ['us-core-specimen'],
}

/** The profiles that R4 itself publishes. */
const r4Profiles: Readonly<Record<string, readonly string[]>> = {
  ActivityDefinition: ['shareableactivitydefinition'],
  AuditEvent: ['ehrsrle-auditevent'],
  CodeSystem: ['shareablecodesystem'],
  Composition: ['catalog', 'clinicaldocument'],
  DiagnosticReport: ['diagnosticreport-genetics', 'hlaresult', 'lipidprofile'],
  Evidence: ['synthesis'],
  EvidenceVariable: ['picoelement'],
  FamilyMemberHistory: ['familymemberhistory-genetic'],
  Group: ['actualgroup', 'groupdefinition'],
  GuidanceResponse: ['cdshooksguidanceresponse'],
  Library: ['cqllibrary', 'shareablelibrary'],
  Measure: ['shareablemeasure'],
  Observation: [
    'bmi',
    'bodyheight',
    'bodytemp',
    'bodyweight',
    'bp',
    'cholesterol',
    'devicemetricobservation',
    'hdlcholesterol',
    'headcircum',
    'heartrate',
    'ldlcholesterol',
    'observation-genetics',
    'oxygensat',
    'resprate',
    'triglyceride',
    'vitalsigns',
    'vitalspanel',
  ],
  PlanDefinition: ['cdshooksserviceplandefinition', 'computableplandefinition', 'shareableplandefinition'],
  Provenance: ['ehrsrle-provenance', 'provenance-relevant-history'],
  Questionnaire: ['cqf-questionnaire'],
  RequestGroup: ['cdshooksrequestgroup'],
  ServiceRequest: ['servicerequest-genetics'],
  ValueSet: ['shareablevalueset'],
}
