/**
 * By which elements a record is about a patient: docs/decisions/0003-compartment-is-about-the-patient.md.
 * Elements are named as in https://hl7.org/fhir/R4/resourcelist.html; a point steps into a backbone element.
 */
export interface Membership {
  /** Elements whose reference to a Patient puts the record into that patient's compartment. */
  elements: readonly string[]
  /**
   * Elements that name other records. This record is about the patients of those records. Each element is also a search parameter
   * of the same name.
   */
  through?: readonly string[]
  /**
   * What a record of this type is when it names no patient. 'refused': it cannot be stored, unless it says that it is about
   * somebody or something else. Then it belongs to its practice (decision 0022). 'shared': any patient whose records cite it may
   * read it. 'attached': a patient may read it who may read a record of the same practice to which it is attached. 'practice':
   * only its practice may read it.
   */
  otherwise: 'refused' | 'shared' | 'attached' | 'practice'
  /** Whether R4 lets the element be left out: then a record without it is about nobody in particular. */
  mayBeAbsent?: true
}

const subject: Membership = { elements: ['subject'], otherwise: 'refused' }
const patient: Membership = { elements: ['patient'], otherwise: 'refused' }
const optionalSubject: Membership = { ...subject, mayBeAbsent: true }
const optionalPatient: Membership = { ...patient, mayBeAbsent: true }

const namedPatient: Record<string, Membership> = {
  Account: optionalSubject,
  AdverseEvent: subject,
  AllergyIntolerance: patient,
  Appointment: { elements: ['participant.actor'], otherwise: 'practice' },
  AppointmentResponse: { elements: ['actor'], otherwise: 'practice' },
  AuditEvent: { elements: ['entity.what'], otherwise: 'practice' },
  Basic: { elements: ['subject'], otherwise: 'practice' },
  // This is the content of a document. Everybody who may read the document may read it.
  Binary: { elements: ['securityContext'], otherwise: 'attached' },
  BiologicallyDerivedProduct: { elements: ['collection.source'], otherwise: 'practice' },
  BodyStructure: patient,
  CarePlan: subject,
  CareTeam: optionalSubject,
  ChargeItem: subject,
  Claim: patient,
  ClaimResponse: patient,
  ClinicalImpression: subject,
  Communication: optionalSubject,
  CommunicationRequest: optionalSubject,
  Composition: optionalSubject,
  Condition: subject,
  Consent: optionalPatient,
  Contract: optionalSubject,
  // Not subscriber, policyHolder or payor: a parent who pays does not thereby read.
  Coverage: { elements: ['beneficiary'], otherwise: 'refused' },
  CoverageEligibilityRequest: patient,
  CoverageEligibilityResponse: patient,
  DetectedIssue: optionalPatient,
  // A device in a cupboard is about nobody. A device that measured something is cited by the Observation.
  Device: { elements: ['patient'], otherwise: 'shared' },
  DeviceRequest: subject,
  DeviceUseStatement: subject,
  DiagnosticReport: optionalSubject,
  DocumentManifest: optionalSubject,
  DocumentReference: optionalSubject,
  Encounter: optionalSubject,
  EnrollmentRequest: { elements: ['candidate'], otherwise: 'refused', mayBeAbsent: true },
  EpisodeOfCare: patient,
  ExplanationOfBenefit: patient,
  FamilyMemberHistory: patient,
  Flag: subject,
  Goal: subject,
  GuidanceResponse: optionalSubject,
  ImagingStudy: subject,
  Immunization: patient,
  ImmunizationEvaluation: patient,
  ImmunizationRecommendation: patient,
  Invoice: optionalSubject,
  List: { elements: ['subject'], otherwise: 'practice' },
  MeasureReport: { elements: ['subject'], otherwise: 'practice' },
  Media: optionalSubject,
  MedicationAdministration: subject,
  MedicationDispense: optionalSubject,
  MedicationRequest: subject,
  MedicationStatement: subject,
  MolecularSequence: optionalPatient,
  NutritionOrder: patient,
  Observation: optionalSubject,
  Procedure: subject,
  Provenance: { elements: ['target'], through: ['target'], otherwise: 'practice' },
  QuestionnaireResponse: optionalSubject,
  RelatedPerson: patient,
  RequestGroup: optionalSubject,
  ResearchSubject: { elements: ['individual'], otherwise: 'refused' },
  RiskAssessment: subject,
  ServiceRequest: subject,
  Specimen: optionalSubject,
  SupplyDelivery: optionalPatient,
  SupplyRequest: { elements: ['deliverTo'], otherwise: 'practice' },
  Task: { elements: ['for'], otherwise: 'practice' },
  VisionPrescription: patient,
}

/** The directory and the definitions say nothing about a patient, and records cite them. */
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

/** These may name several patients or people side by side. A patient among them must not see the others. */
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
