const observationCategory = 'http://terminology.hl7.org/CodeSystem/observation-category'
const conditionCategory = 'http://terminology.hl7.org/CodeSystem/condition-category'

/** Records of one patient; what each is says its name. */
export const scopedRecords = [
  'Patient/ada',
  'Observation/glucose',
  'Observation/pressure',
  'Observation/lab-survey',
  'Observation/uncategorized',
  'Condition/problem',
  'Condition/visit',
  'DiagnosticReport/report',
] as const

export type ScopedRecord = (typeof scopedRecords)[number]

/** The resources behind the names; the report cites glucose and pressure. */
export function resourcesOf(patientId: string, prefix = ''): object[] {
  const subject = { reference: `Patient/${patientId}` }
  const coded = (system: string, codes: string[]) => codes.map((code) => ({ coding: [{ system, code }] }))
  const observation = (id: string, categories: string[], loinc: string) => ({
    resourceType: 'Observation',
    id: prefix + id,
    status: 'final',
    ...(categories.length > 0 ? { category: coded(observationCategory, categories) } : {}),
    code: { coding: [{ system: 'http://loinc.org', code: loinc }] },
    subject,
    effectiveDateTime: '2024-03-05',
  })
  const condition = (id: string, category: string) => ({
    resourceType: 'Condition',
    id: prefix + id,
    category: coded(conditionCategory, [category]),
    code: { text: id },
    subject,
  })
  return [
    { resourceType: 'Patient', id: patientId, name: [{ family: 'Family' }] },
    observation('glucose', ['laboratory'], '2345-7'),
    observation('pressure', ['vital-signs'], '85354-9'),
    observation('lab-survey', ['laboratory', 'survey'], '72166-2'),
    observation('uncategorized', [], '2345-7'),
    condition('problem', 'problem-list-item'),
    condition('visit', 'encounter-diagnosis'),
    {
      resourceType: 'DiagnosticReport',
      id: `${prefix}report`,
      status: 'final',
      code: { text: 'report' },
      subject,
      result: ['glucose', 'pressure'].map((id) => ({ reference: `Observation/${prefix}${id}` })),
    },
  ]
}

export interface ScopeCase {
  scopes: string[]
  /** Read by id. */
  reads: ScopedRecord[]
  /** Found by searches and lists; the same as `reads` when absent. */
  searches?: ScopedRecord[]
  /** Read by id as it is now, because it is the person who gave the grant: never searched, never an older version. */
  user?: ScopedRecord
}

const laboratory = `category=${observationCategory}|laboratory`
const vitalSigns = `category=${observationCategory}|vital-signs`
const observations: ScopedRecord[] = [
  'Observation/glucose',
  'Observation/pressure',
  'Observation/lab-survey',
  'Observation/uncategorized',
]
const labs: ScopedRecord[] = ['Observation/glucose', 'Observation/lab-survey']

/** What scopes open among the records above: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html */
export const scopeCases: readonly ScopeCase[] = [
  { scopes: ['patient/*.read'], reads: [...scopedRecords] },
  { scopes: ['patient/*.rs'], reads: [...scopedRecords] },
  { scopes: ['user/*.rs'], reads: [...scopedRecords] },
  { scopes: ['patient/*.cruds'], reads: [...scopedRecords] },
  { scopes: ['patient/Observation.read'], reads: observations },
  {
    scopes: ['patient/Observation.rs', 'patient/Condition.rs'],
    reads: [...observations, 'Condition/problem', 'Condition/visit'],
  },
  { scopes: ['patient/Observation.r'], reads: observations, searches: [] },
  { scopes: ['patient/Observation.s'], reads: [], searches: observations },
  {
    scopes: ['patient/*.r', 'patient/Condition.s'],
    reads: [...scopedRecords],
    searches: ['Condition/problem', 'Condition/visit'],
  },
  { scopes: ['patient/Observation.write'], reads: [] },
  { scopes: ['patient/Observation.cud'], reads: [] },
  { scopes: ['openid', 'fhirUser', 'offline_access'], reads: [], user: 'Patient/ada' },
  { scopes: ['openid', 'offline_access'], reads: [] },
  { scopes: ['fhirUser'], reads: [] },
  { scopes: ['system/*.rs'], reads: [] },
  { scopes: [`patient/Observation.rs?${laboratory}`], reads: labs },
  { scopes: [`user/Observation.rs?${laboratory}`], reads: labs },
  { scopes: [`patient/Observation.rs?${encodeURI(laboratory).replace('|', '%7C')}`], reads: labs },
  { scopes: ['patient/Observation.rs?category=laboratory'], reads: labs },
  { scopes: ['patient/Observation.rs?category=http://example.org/other|laboratory'], reads: [] },
  { scopes: ['patient/Observation.rs?category=|laboratory'], reads: [] },
  { scopes: ['patient/Observation.rs?category=labor'], reads: [] },
  {
    scopes: [`patient/Observation.rs?${laboratory}`, `patient/Observation.rs?${vitalSigns}`],
    reads: [...labs, 'Observation/pressure'],
  },
  {
    scopes: [`patient/Observation.rs?${laboratory},${observationCategory}|vital-signs`],
    reads: [...labs, 'Observation/pressure'],
  },
  { scopes: [`patient/Observation.rs?${laboratory}&category=survey`], reads: ['Observation/lab-survey'] },
  {
    scopes: [`patient/Observation.rs?${laboratory}&code=http://loinc.org|2345-7`],
    reads: ['Observation/glucose'],
  },
  {
    scopes: ['patient/Observation.rs?code=2345-7'],
    reads: ['Observation/glucose', 'Observation/uncategorized'],
  },
  { scopes: [`patient/Observation.r?${laboratory}`], reads: labs, searches: [] },
  { scopes: [`patient/Observation.s?${laboratory}`], reads: [], searches: labs },
  {
    scopes: ['patient/Observation.r', `patient/Observation.s?${laboratory}`],
    reads: observations,
    searches: labs,
  },
  {
    scopes: [`patient/Observation.r?${laboratory}`, 'patient/Observation.s'],
    reads: labs,
    searches: observations,
  },
  { scopes: [`patient/Observation.rs?${laboratory}`, 'patient/Observation.rs'], reads: observations },
  { scopes: [`patient/Observation.rs?${laboratory}`, 'patient/*.read'], reads: [...scopedRecords] },
  { scopes: [`patient/Observation.cruds?${laboratory}`], reads: labs },
  { scopes: [`patient/Observation.cud?${laboratory}`], reads: [] },
  {
    scopes: [`patient/Condition.rs?category=${conditionCategory}|problem-list-item`],
    reads: ['Condition/problem'],
  },
  {
    scopes: [
      `patient/Condition.rs?category=${conditionCategory}|encounter-diagnosis`,
      `patient/Observation.rs?${vitalSigns}`,
    ],
    reads: ['Condition/visit', 'Observation/pressure'],
  },
  {
    scopes: [`patient/Observation.rs?${laboratory}`, 'patient/DiagnosticReport.rs'],
    reads: [...labs, 'DiagnosticReport/report'],
  },
  { scopes: [`patient/Observation.rs?${laboratory}`, 'patient/Patient.rs'], reads: [...labs, 'Patient/ada'] },
  { scopes: [`patient/Observation.read?${laboratory}`], reads: [] },
  { scopes: [`patient/*.rs?${laboratory}`], reads: [] },
  { scopes: ['patient/Observation.rs?nonsense=1'], reads: [] },
  { scopes: ['patient/Observation.rs?date=2024'], reads: [] },
  { scopes: ['patient/Observation.rs?category:not=laboratory'], reads: [] },
  { scopes: [`patient/Observation.rs?${laboratory}&nonsense=1`], reads: [] },
  { scopes: ['patient/Observation.rs?'], reads: [] },
  { scopes: ['patient/Observation.rs?_id=glucose'], reads: [] },
]
