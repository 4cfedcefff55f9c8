import type { Resource } from 'fhir/r4'
import { parseDate, parsePeriod, parseTiming, type TimeRange } from './dates.ts'

/**
 * The elements that hold the date of a record, by type. The first one that is there counts. They come from the R4 search
 * parameter `date` where the type has one, else from the parameter nearest to "when did it happen".
 */
const elementsOfDate: Record<string, readonly string[]> = {
  Account: ['servicePeriod'],
  AdverseEvent: ['date', 'detected', 'recordedDate'],
  AllergyIntolerance: ['recordedDate', 'onsetDateTime', 'onsetPeriod'],
  Appointment: ['start'],
  AuditEvent: ['recorded'],
  CarePlan: ['period', 'created'],
  CareTeam: ['period'],
  ChargeItem: ['occurrenceDateTime', 'occurrencePeriod', 'occurrenceTiming'],
  Claim: ['billablePeriod', 'created'],
  ClaimResponse: ['created'],
  ClinicalImpression: ['effectiveDateTime', 'effectivePeriod', 'date'],
  Communication: ['sent', 'received'],
  Composition: ['date'],
  Condition: ['onsetDateTime', 'onsetPeriod', 'recordedDate'],
  Consent: ['dateTime'],
  Coverage: ['period'],
  DetectedIssue: ['identifiedDateTime', 'identifiedPeriod'],
  Device: ['manufactureDate'],
  DeviceRequest: ['authoredOn', 'occurrenceDateTime', 'occurrencePeriod'],
  DeviceUseStatement: ['timingDateTime', 'timingPeriod', 'timingTiming', 'recordedOn'],
  DiagnosticReport: ['effectiveDateTime', 'effectivePeriod', 'issued'],
  DocumentManifest: ['created'],
  DocumentReference: ['date'],
  Encounter: ['period'],
  EpisodeOfCare: ['period'],
  ExplanationOfBenefit: ['billablePeriod', 'created'],
  FamilyMemberHistory: ['date'],
  Flag: ['period'],
  Goal: ['startDate'],
  ImagingStudy: ['started'],
  Immunization: ['occurrenceDateTime', 'recorded'],
  ImmunizationEvaluation: ['date'],
  ImmunizationRecommendation: ['date'],
  Invoice: ['date'],
  List: ['date'],
  Media: ['createdDateTime', 'createdPeriod', 'issued'],
  MeasureReport: ['date'],
  MedicationAdministration: ['effectiveDateTime', 'effectivePeriod'],
  MedicationDispense: ['whenHandedOver', 'whenPrepared'],
  MedicationRequest: ['authoredOn'],
  MedicationStatement: ['effectiveDateTime', 'effectivePeriod', 'dateAsserted'],
  NutritionOrder: ['dateTime'],
  Observation: ['effectiveDateTime', 'effectivePeriod', 'effectiveInstant', 'effectiveTiming'],
  Procedure: ['performedDateTime', 'performedPeriod'],
  Provenance: ['occurredDateTime', 'occurredPeriod', 'recorded'],
  QuestionnaireResponse: ['authored'],
  RelatedPerson: ['period'],
  ResearchSubject: ['period'],
  RiskAssessment: ['occurrenceDateTime', 'occurrencePeriod'],
  ServiceRequest: ['occurrenceDateTime', 'occurrencePeriod', 'occurrenceTiming', 'authoredOn'],
  Specimen: ['collection.collectedDateTime', 'collection.collectedPeriod', 'receivedTime'],
  SupplyDelivery: ['occurrenceDateTime', 'occurrencePeriod', 'occurrenceTiming'],
  Task: ['executionPeriod', 'authoredOn'],
  VisionPrescription: ['dateWritten', 'created'],
}

/** Whether records of this type have a date. */
export function hasDate(type: string): boolean {
  return type in elementsOfDate
}

/** The time in which a record's event happened; undefined when the type or this record does not say. */
export function whenItHappened(resource: Resource): TimeRange | undefined {
  for (const element of elementsOfDate[resource.resourceType] ?? []) {
    const range = toRange(valueAt(resource, element))
    if (range) return range
  }
  return undefined
}

function valueAt(resource: object, path: string): unknown {
  let value: unknown = resource
  for (const name of path.split('.'))
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
  return value
}

function toRange(value: unknown): TimeRange | undefined {
  if (typeof value === 'string') return parseDate(value)
  if (typeof value !== 'object' || value === null) return undefined
  if ('event' in value || 'repeat' in value) return parseTiming(value as Parameters<typeof parseTiming>[0])
  return parsePeriod(value)
}
