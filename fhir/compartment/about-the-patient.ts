/**
 * By which elements a record is about a patient: docs/decisions/0003-compartment-is-about-the-patient.md.
 * Elements are named as in https://hl7.org/fhir/R4/resourcelist.html; a point steps into a backbone element.
 */
export interface Membership {
  /** Elements whose reference to a Patient puts the record into that patient's compartment. */
  elements: readonly string[]
  /** Elements that name other records: this one is about whoever those are about. */
  through?: readonly string[]
  /**
   * What a record of this type is when it names no patient. 'refused': it cannot be stored. 'shared': any patient
   * whose records cite it may read it. 'attached': any patient who may read a record of the same practice to which it is
   * attached may read it. 'practice': only its practice may read it.
   */
  otherwise: 'refused' | 'shared' | 'attached' | 'practice'
}

const subject: Membership = { elements: ['subject'], otherwise: 'refused' }
const patient: Membership = { elements: ['patient'], otherwise: 'refused' }

const namedPatient: Record<string, Membership> = {
  Account: subject,
  AdverseEvent: subject,
  AllergyIntolerance: patient,
  Appointment: { elements: ['participant.actor'], otherwise: 'practice' },
  AppointmentResponse: { elements: ['actor'], otherwise: 'practice' },
  AuditEvent: { elements: ['entity.what'], otherwise: 'practice' },
  Basic: { elements: ['subject'], otherwise: 'practice' },
  // The content of a document: who reads the document reads it.
  Binary: { elements: ['securityContext'], otherwise: 'attached' },
  BiologicallyDerivedProduct: { elements: ['collection.source'], otherwise: 'practice' },
  BodyStructure: patient,
  CarePlan: subject,
  CareTeam: subject,
  ChargeItem: subject,
  Claim: patient,
  ClaimResponse: patient,
  ClinicalImpression: subject,
  Communication: subject,
  CommunicationRequest: subject,
  Composition: subject,
  Condition: subject,
  Consent: patient,
  Contract: subject,
  // Not subscriber, policyHolder or payor: a parent who pays does not thereby read.
  Coverage: { elements: ['beneficiary'], otherwise: 'refused' },
  CoverageEligibilityRequest: patient,
  CoverageEligibilityResponse: patient,
  DetectedIssue: patient,
  // A device in a cupboard is nobody's; one that measured something is cited by the Observation.
  Device: { elements: ['patient'], otherwise: 'shared' },
  DeviceRequest: subject,
  DeviceUseStatement: subject,
  DiagnosticReport: subject,
  DocumentManifest: subject,
  DocumentReference: subject,
  Encounter: subject,
  EnrollmentRequest: { elements: ['candidate'], otherwise: 'refused' },
  EpisodeOfCare: patient,
  ExplanationOfBenefit: patient,
  FamilyMemberHistory: patient,
  Flag: subject,
  Goal: subject,
  GuidanceResponse: subject,
  ImagingStudy: subject,
  Immunization: patient,
  ImmunizationEvaluation: patient,
  ImmunizationRecommendation: patient,
  Invoice: subject,
  List: { elements: ['subject'], otherwise: 'practice' },
  MeasureReport: { elements: ['subject'], otherwise: 'practice' },
  Media: subject,
  MedicationAdministration: subject,
  MedicationDispense: subject,
  MedicationRequest: subject,
  MedicationStatement: subject,
  MolecularSequence: patient,
  NutritionOrder: patient,
  Observation: subject,
  Procedure: subject,
  Provenance: { elements: ['target'], through: ['target'], otherwise: 'practice' },
  QuestionnaireResponse: subject,
  RelatedPerson: patient,
  RequestGroup: subject,
  ResearchSubject: { elements: ['individual'], otherwise: 'refused' },
  RiskAssessment: subject,
  ServiceRequest: subject,
  Specimen: subject,
  SupplyDelivery: patient,
  SupplyRequest: { elements: ['deliverTo'], otherwise: 'practice' },
  Task: { elements: ['for'], otherwise: 'practice' },
  VisionPrescription: patient,
}

/** The directory and the definitions: they say nothing about a patient, and records cite them. */
const shared = [
  ...['Practitioner', 'PractitionerRole', 'Organization', 'OrganizationAffiliation', 'Location'],
  ...['HealthcareService', 'Endpoint', 'Medication', 'MedicationKnowledge', 'Substance'],
  ...['DeviceDefinition', 'InsurancePlan', 'ResearchStudy', 'PlanDefinition', 'ActivityDefinition'],
  ...['ChargeItemDefinition', 'EventDefinition', 'ObservationDefinition', 'SpecimenDefinition'],
  ...['Questionnaire', 'Measure', 'Library', 'Evidence', 'EvidenceVariable', 'EffectEvidenceSynthesis'],
  ...['ResearchDefinition', 'ResearchElementDefinition', 'RiskEvidenceSynthesis', 'CatalogEntry'],
  ...['MedicinalProduct', 'MedicinalProductAuthorization', 'MedicinalProductContraindication'],
  ...['MedicinalProductIndication', 'MedicinalProductIngredient', 'MedicinalProductInteraction'],
  ...['MedicinalProductManufactured', 'MedicinalProductPackaged', 'MedicinalProductPharmaceutical'],
  ...['MedicinalProductUndesirableEffect', 'SubstanceNucleicAcid', 'SubstancePolymer'],
  ...['SubstanceProtein', 'SubstanceReferenceInformation', 'SubstanceSourceMaterial'],
  ...['SubstanceSpecification', 'CodeSystem', 'ValueSet', 'ConceptMap', 'NamingSystem'],
  ...['StructureDefinition', 'StructureMap', 'SearchParameter', 'OperationDefinition'],
  ...['CapabilityStatement', 'CompartmentDefinition', 'GraphDefinition', 'ImplementationGuide'],
  ...['MessageDefinition', 'ExampleScenario', 'TerminologyCapabilities', 'TestScript', 'TestReport'],
]

/** They may name several patients, or people, side by side: a patient who is among them must not see the rest. */
const practiceOnly = [
  ...['Bundle', 'DeviceMetric', 'EnrollmentResponse', 'Group', 'Linkage', 'MessageHeader', 'PaymentNotice'],
  ...['PaymentReconciliation', 'Person', 'Schedule', 'Slot', 'Subscription', 'VerificationResult'],
]

/** Every type that can be stored. Patient is in its own compartment, by its id. */
export const memberships: ReadonlyMap<string, Membership> = new Map([
  ...Object.entries(namedPatient),
  ['Patient', { elements: [], otherwise: 'refused' }],
  ...shared.map((type): [string, Membership] => [type, { elements: [], otherwise: 'shared' }]),
  ...practiceOnly.map((type): [string, Membership] => [type, { elements: [], otherwise: 'practice' }]),
])
