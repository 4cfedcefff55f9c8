import type { CodeableConcept, Coding, Quantity } from 'fhir/r4'

/** The code systems that the records use, by the names people have for them. */
const systems = {
  loinc: 'http://loinc.org',
  snomed: 'http://snomed.info/sct',
  rxnorm: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  cvx: 'http://hl7.org/fhir/sid/cvx',
  ndc: 'http://hl7.org/fhir/sid/ndc',
  icd10: 'http://hl7.org/fhir/sid/icd-10-cm',
  conditionClinical: 'http://terminology.hl7.org/CodeSystem/condition-clinical',
  conditionVerification: 'http://terminology.hl7.org/CodeSystem/condition-ver-status',
  conditionCategory: 'http://terminology.hl7.org/CodeSystem/condition-category',
  allergyClinical: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical',
  allergyVerification: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification',
  observationCategory: 'http://terminology.hl7.org/CodeSystem/observation-category',
  interpretation: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
  reportCategory: 'http://terminology.hl7.org/CodeSystem/v2-0074',
  identifierType: 'http://terminology.hl7.org/CodeSystem/v2-0203',
  actCode: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  roleCode: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode',
  participation: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType',
  routeOfAdministration: 'http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration',
  actSite: 'http://terminology.hl7.org/CodeSystem/v3-ActSite',
  immunizationFunction: 'http://terminology.hl7.org/CodeSystem/v2-0443',
  maritalStatus: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus',
  organizationType: 'http://terminology.hl7.org/CodeSystem/organization-type',
  provenanceParticipant: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
  usCoreParticipant: 'http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type',
  coverageClass: 'http://terminology.hl7.org/CodeSystem/coverage-class',
  subscriberRelationship: 'http://terminology.hl7.org/CodeSystem/subscriber-relationship',
  goalPriority: 'http://terminology.hl7.org/CodeSystem/goal-priority',
  goalAchievement: 'http://terminology.hl7.org/CodeSystem/goal-achievement',
  requestCategory: 'http://terminology.hl7.org/CodeSystem/medicationrequest-category',
  diagnosisRole: 'http://terminology.hl7.org/CodeSystem/diagnosis-role',
  carePlanCategory: 'http://hl7.org/fhir/us/core/CodeSystem/careplan-category',
  documentCategory: 'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category',
  provider: 'http://nucc.org/provider-taxonomy',
  /** Source of Payment Typology, of which US Core wants the type of a coverage. */
  payer: 'https://nahdo.org/sopt',
  language: 'urn:ietf:bcp:47',
} as const

type System = keyof typeof systems

/** Code, its official words, and our words where a patient would say it otherwise. */
export type Coded = readonly [code: string, display: string, text?: string]

/** A code that needs no words. */
export function codingOf(system: System, code: string): Coding {
  return { system: systems[system], code }
}

export function coded(system: System, [code, display, text = display]: Coded): CodeableConcept {
  return { coding: [{ system: systems[system], code, display }], text }
}

/** A unit as it is written, and in UCUM. */
export type Unit = readonly [written: string, ucum: string]

export function quantity(value: number, [unit, code]: Unit): Quantity {
  return { value, unit, system: 'http://unitsofmeasure.org', code }
}

/** An amount of counted things, for which UCUM has no unit. */
export function counted(value: number, unit: string): Quantity {
  return { value, unit }
}

/** `meta` of a record that keeps a US Core profile: https://hl7.org/fhir/us/core/STU6.1/profiles-and-extensions.html */
export function usCore(...profiles: string[]): { profile: string[] } {
  return { profile: profiles.map((name) => `http://hl7.org/fhir/us/core/StructureDefinition/${name}`) }
}
