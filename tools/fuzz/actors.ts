import type { MarkedRecord } from './people.ts'

/** Whoever asks: an access token, or somebody who is signed in at the portal. */
export interface Actor {
  name: string
  /** The practices of which it sees what is written during the run. */
  practices: readonly number[]
  token?: string
  email?: string
  /** Whether `/fhir/r4/Patient` must go on answering it with 200, to its end. */
  isLasting: boolean
  canWrite: boolean
  /** The practice that its writes belong to. */
  home?: number
  /** The records that it may read, by itself. */
  mayRead(record: MarkedRecord): boolean
}

/** A token as it is to be made, for an account of the list or for a backend service. */
export interface ActorPlan extends Omit<Actor, 'token' | 'email'> {
  scopes: string[]
  /** Whose it is; nobody's when absent. */
  reaches: Array<{ practice: number; role: 'patient' | 'proxy' | 'provider' | 'staff'; patient?: number }>
  kind: 'person' | 'service'
  state?: 'expired' | 'ended'
  signsIn?: true
}

const isOf = (practice: number) => (record: MarkedRecord) => record.practice === practice
const nothing = () => false

/** What the tokens of a run may do: each kind that there is, at both practices. `patients` are the ids, by practice. */
export function planActors(patients: readonly (readonly string[])[]): ActorPlan[] {
  const about =
    (practice: number, ...places: number[]) =>
    (record: MarkedRecord) =>
      record.practice === practice &&
      (record.patientId === undefined ||
        places.some((place) => patients[practice]?.[place] === record.patientId))
  const base = { kind: 'person', isLasting: true, canWrite: false } as const
  const atBoth = [0, 1].flatMap((practice): ActorPlan[] => {
    const label = practice === 0 ? 'oak' : 'elm'
    const staff = [{ practice, role: 'provider' as const }]
    const patient = (place: number) => [{ practice, role: 'patient' as const, patient: place }]
    const writer = (name: string, scope: string): ActorPlan => ({
      ...base,
      name: `${name} of ${label}`,
      practices: [],
      scopes: [scope],
      reaches: staff,
      isLasting: false,
      canWrite: true,
      home: practice,
      mayRead: nothing,
    })
    return [
      {
        ...base,
        name: `patient of ${label}`,
        practices: [practice],
        scopes: ['patient/*.rs', 'openid', 'fhirUser'],
        reaches: patient(0),
        mayRead: about(practice, 0),
        signsIn: true,
      },
      {
        ...base,
        name: `proxy of two of ${label}`,
        practices: [practice],
        scopes: ['patient/*.read'],
        reaches: [0, 1].map((place) => ({ practice, role: 'proxy', patient: place })),
        mayRead: about(practice, 0, 1),
      },
      {
        ...base,
        name: `patient of ${label} with immunizations alone`,
        practices: [practice],
        scopes: ['patient/Immunization.rs', 'patient/Patient.rs'],
        reaches: patient(2),
        mayRead: (record) =>
          record.patientId === patients[practice]?.[2] && ['Immunization', 'Patient'].includes(record.type),
      },
      {
        ...base,
        name: `reading provider of ${label}`,
        practices: [practice],
        scopes: ['user/*.rs'],
        reaches: staff,
        mayRead: isOf(practice),
        signsIn: true,
      },
      {
        ...base,
        name: `writing provider of ${label}`,
        practices: [practice],
        scopes: ['user/*.cruds'],
        reaches: staff,
        canWrite: true,
        home: practice,
        mayRead: isOf(practice),
      },
      {
        ...base,
        name: `backend service of ${label}`,
        practices: [practice],
        kind: 'service',
        scopes: ['system/*.cruds'],
        reaches: staff,
        canWrite: true,
        home: practice,
        mayRead: isOf(practice),
      },
      writer('write-only token', 'user/*.u'),
      writer('create-only token', 'user/*.c'),
      writer('delete-only token', 'user/*.d'),
      writer('changing token that cannot read', 'user/*.cud'),
    ]
  })
  return [
    ...atBoth,
    {
      ...base,
      name: 'patient of oak and proxy of elm',
      practices: [0, 1],
      scopes: ['patient/*.rs'],
      reaches: [
        { practice: 0, role: 'patient', patient: 3 },
        { practice: 1, role: 'proxy', patient: 3 },
      ],
      mayRead: (record) => about(0, 3)(record) || about(1, 3)(record),
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

/** Those who need no account. */
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
