import type { MarkedRecord } from './people.ts'

/** The sender of requests: an access token, or somebody who is signed in at the portal. */
export interface Actor {
  name: string
  /** The practices whose writes during the run it may see. */
  practices: readonly number[]
  token?: string
  email?: string
  /** Whether `/fhir/r4/Patient` must answer it with 200 to the end of the run. */
  isLasting: boolean
  canWrite: boolean
  /** The practice that its writes belong to. */
  home?: number
  /** The records that it may read, by itself. */
  mayRead(record: MarkedRecord): boolean
}

/** The plan of a token, for a person or a backend service. */
export interface ActorPlan extends Omit<Actor, 'token' | 'email'> {
  scopes: string[]
  /** The associations of the person or service; empty for a stranger. */
  reaches: Array<{ practice: number; role: 'patient' | 'proxy' | 'provider' | 'staff'; patient?: number }>
  kind: 'person' | 'service'
  state?: 'expired' | 'ended'
  signsIn?: true
}

const isOf = (practice: number) => (record: MarkedRecord) => record.practice === practice
const nothing = () => false

const base = { kind: 'person', isLasting: true, canWrite: false } as const

/** Whether a record is about one of some patients of a practice, or about nobody there. */
function aboutPatients(ids: readonly string[], practice: number, ...places: number[]) {
  return (record: MarkedRecord) =>
    record.practice === practice &&
    (record.patientId === undefined || places.some((place) => ids[place] === record.patientId))
}

/** Patients, a proxy, providers and a service of one practice. `ids`: its patients. */
function actorsOf(practice: number, ids: readonly string[]): ActorPlan[] {
  const label = practice === 0 ? 'oak' : 'elm'
  const staff = [{ practice, role: 'provider' as const }]
  const patient = (place: number) => [{ practice, role: 'patient' as const, patient: place }]
  const writing = { reaches: staff, canWrite: true, home: practice } as const
  const ofPractice = { ...base, practices: [practice] }
  const writer = (name: string, scope: string): ActorPlan => ({
    ...{ ...base, ...writing, practices: [], scopes: [scope], isLasting: false, mayRead: nothing },
    name: `${name} of ${label}`,
  })
  return [
    {
      ...ofPractice,
      name: `patient of ${label}`,
      scopes: ['patient/*.rs', 'openid', 'fhirUser'],
      reaches: patient(0),
      mayRead: aboutPatients(ids, practice, 0),
      signsIn: true,
    },
    {
      ...ofPractice,
      name: `proxy of two of ${label}`,
      scopes: ['patient/*.read'],
      reaches: [0, 1].map((place) => ({ practice, role: 'proxy', patient: place })),
      mayRead: aboutPatients(ids, practice, 0, 1),
    },
    {
      ...ofPractice,
      name: `patient of ${label} with immunizations alone`,
      scopes: ['patient/Immunization.rs', 'patient/Patient.rs'],
      reaches: patient(2),
      mayRead: ({ patientId, type }) => patientId === ids[2] && ['Immunization', 'Patient'].includes(type),
    },
    {
      ...ofPractice,
      name: `reading provider of ${label}`,
      scopes: ['user/*.rs'],
      reaches: staff,
      mayRead: isOf(practice),
      signsIn: true,
    },
    {
      ...{ ...ofPractice, ...writing, mayRead: isOf(practice) },
      name: `writing provider of ${label}`,
      scopes: ['user/*.cruds'],
    },
    {
      ...{ ...ofPractice, ...writing, mayRead: isOf(practice) },
      name: `backend service of ${label}`,
      kind: 'service',
      scopes: ['system/*.cruds'],
    },
    writer('write-only token', 'user/*.u'),
    writer('create-only token', 'user/*.c'),
    writer('delete-only token', 'user/*.d'),
    writer('changing token that cannot read', 'user/*.cud'),
  ]
}

/** What the tokens of a run may do: each kind of token, at both practices. `patients` are the ids, by practice. */
export function planActors(patients: readonly (readonly string[])[]): ActorPlan[] {
  const [oak = [], elm = []] = patients
  return [
    ...actorsOf(0, oak),
    ...actorsOf(1, elm),
    {
      ...base,
      name: 'patient of oak and proxy of elm',
      practices: [0, 1],
      scopes: ['patient/*.rs'],
      reaches: [
        { practice: 0, role: 'patient', patient: 3 },
        { practice: 1, role: 'proxy', patient: 3 },
      ],
      mayRead: (record) => aboutPatients(oak, 0, 3)(record) || aboutPatients(elm, 1, 3)(record),
    },
    {
      ...base,
      name: 'stranger',
      practices: [],
      scopes: ['patient/*.rs', 'user/*.rs'],
      reaches: [],
      mayRead: nothing,
      signsIn: true,
    },
    ...(['expired', 'ended'] as const).map(
      (state): ActorPlan => ({
        ...base,
        name: `${state} token`,
        practices: [],
        scopes: ['user/*.cruds'],
        reaches: [{ practice: 0, role: 'provider' }],
        isLasting: false,
        mayRead: nothing,
        state,
      }),
    ),
  ]
}

/** Actors without an account. */
export const outsiders: readonly Actor[] = [
  { name: 'nobody', practices: [], isLasting: false, canWrite: false, mayRead: nothing },
  {
    name: 'invented token',
    token: `ops_${'x'.repeat(43)}`,
    practices: [],
    isLasting: false,
    canWrite: false,
    mayRead: nothing,
  },
]
