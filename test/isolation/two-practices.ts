import { classicTypes } from '#server/apis/classic/classic.ts'
import { about, openSeededApi, type SeededApi } from '../apis/seeded-api.ts'

export const practices = {
  oak: ['ada', 'bob'],
  elm: ['cid', 'dee'],
} as const

export type PracticeId = keyof typeof practices

/** Types whose records are about nobody here; every patient's Encounter cites those of the own practice. */
export const sharedTypes = ['Location', 'Medication', 'Organization', 'Practitioner', 'PractitionerRole']

export const patientTypes = classicTypes.map(({ type }) => type).filter((type) => !sharedTypes.includes(type))

/** One record of each type about one patient; `Observation` has the id `ada-observation`. */
export function recordsOf(patientId: string, practiceId: PracticeId): object[] {
  return patientTypes.map((type) => recordOf(type, patientId, practiceId))
}

export function idOf(type: string, owner: string): string {
  return type === 'Patient' ? owner : `${owner}-${type.toLowerCase()}`
}

function recordOf(resourceType: string, patientId: string, practiceId: PracticeId): object {
  const id = idOf(resourceType, patientId)
  const shared = (type: string) => ({ reference: `${type}/${idOf(type, practiceId)}` })
  const text = { text: `of ${patientId}` }
  switch (resourceType) {
    case 'Patient':
      return { resourceType, id, name: [{ family: `Family-${patientId}`, given: [patientId] }] }
    case 'Coverage':
      return {
        resourceType,
        id,
        status: 'active',
        beneficiary: about(patientId),
        payor: [shared('Organization')],
      }
    case 'Provenance':
      return {
        resourceType,
        id,
        target: [{ reference: `Observation/${idOf('Observation', patientId)}` }],
        recorded: '2024-01-01T00:00:00Z',
        agent: [{ who: shared('Practitioner') }],
      }
    case 'Encounter':
      return {
        resourceType,
        id,
        status: 'finished',
        class: { code: 'AMB' },
        subject: about(patientId),
        serviceProvider: shared('Organization'),
        location: [{ location: shared('Location') }],
        participant: [{ individual: shared('Practitioner') }, { individual: shared('PractitionerRole') }],
      }
    case 'MedicationRequest':
      return {
        resourceType,
        id,
        status: 'active',
        subject: about(patientId),
        medicationReference: shared('Medication'),
      }
    default: {
      const element = ['AllergyIntolerance', 'Device', 'Immunization', 'RelatedPerson'].includes(resourceType)
        ? 'patient'
        : 'subject'
      return { resourceType, id, status: 'final', code: text, [element]: about(patientId) }
    }
  }
}

export function sharedRecordsOf(practiceId: PracticeId): object[] {
  return sharedTypes.map((resourceType) => ({
    resourceType,
    id: idOf(resourceType, practiceId),
    ...(resourceType === 'PractitionerRole'
      ? { practitioner: { reference: `Practitioner/${idOf('Practitioner', practiceId)}` } }
      : {}),
  }))
}

export interface Reader {
  name: string
  token: string
  /** Patients whose records are readable. */
  patients: readonly string[]
  /** Practices whose shared records are readable. */
  practices: readonly PracticeId[]
}

export interface TwoPractices extends SeededApi {
  readers: Reader[]
}

/** Two practices with two patients each, and one reader of every kind. */
export async function openTwoPractices(): Promise<TwoPractices> {
  const api = await openSeededApi()
  for (const [practiceId, patients] of Object.entries(practices) as Array<[PracticeId, readonly string[]]>) {
    await api.addPractice(practiceId)
    await api.write(practiceId, ...sharedRecordsOf(practiceId))
    for (const patientId of patients) await api.write(practiceId, ...recordsOf(patientId, practiceId))
  }
  const scopes = ['patient/*.read', 'user/*.read']
  const issue = async (name: string, reaches: Parameters<SeededApi['issueToken']>[0]) =>
    ({ name, token: (await api.issueToken(reaches, { scopes })).token }) as const
  const patient = (practiceId: PracticeId, patientId: string) =>
    ({ role: 'patient', practiceId, patientId }) as const
  const readers: Reader[] = [
    { ...(await issue('a patient', [patient('oak', 'ada')])), patients: ['ada'], practices: ['oak'] },
    {
      ...(await issue('a proxy of two', [
        { role: 'proxy', practiceId: 'oak', patientId: 'ada' },
        { role: 'proxy', practiceId: 'oak', patientId: 'bob' },
      ])),
      patients: ['ada', 'bob'],
      practices: ['oak'],
    },
    {
      ...(await issue('a provider', [{ role: 'provider', practiceId: 'oak' }])),
      patients: ['ada', 'bob'],
      practices: ['oak'],
    },
    {
      ...(await issue('staff of the other practice', [{ role: 'staff', practiceId: 'elm' }])),
      patients: ['cid', 'dee'],
      practices: ['elm'],
    },
    {
      ...(await issue('a patient here and a proxy there', [
        patient('oak', 'bob'),
        { role: 'proxy', practiceId: 'elm', patientId: 'cid' },
      ])),
      patients: ['bob', 'cid'],
      practices: ['oak', 'elm'],
    },
    { ...(await issue('a stranger', [])), patients: [], practices: [] },
  ]
  return Object.assign(api, { readers })
}

/** The ids of a type that a reader may see, sorted. */
export function visibleIds(type: string, { patients, practices: own }: Reader): string[] {
  const owners = sharedTypes.includes(type) ? own : patients
  return owners.map((owner) => idOf(type, owner)).sort()
}

/** The ids of a type that exist and that a reader must not see. */
export function hiddenIds(type: string, reader: Reader): string[] {
  const owners = sharedTypes.includes(type) ? Object.keys(practices) : Object.values(practices).flat()
  const visible = visibleIds(type, reader)
  return owners.map((owner) => idOf(type, owner)).filter((id) => !visible.includes(id))
}
