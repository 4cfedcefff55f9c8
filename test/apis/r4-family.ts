import assert from 'node:assert/strict'
import { about, immunization, openSeededApi, patient, type SeededApi } from './seeded-api.ts'

export const base = '/fhir/r4'

export interface Bundle {
  resourceType: string
  type: string
  total?: number
  link: Array<{ relation: string; url: string }>
  entry?: Array<{
    fullUrl: string
    resource: { resourceType: string; id: string } & Record<string, unknown>
    search?: { mode: string }
    request?: { method: string }
  }>
}

/** Two patients of one practice, with a token of one and of the doctor. */
export async function openFamily() {
  const api = await openSeededApi()
  await api.addPractice('oak')
  await api.write(
    'oak',
    { resourceType: 'Organization', id: 'org', name: 'Oak' },
    { resourceType: 'Practitioner', id: 'doc', name: [{ family: 'Quill', given: ['Ines'] }] },
    { resourceType: 'Practitioner', id: 'unseen', name: [{ family: 'Nobody' }] },
    {
      ...patient('ada'),
      name: [{ family: 'Löwe', given: ['Ada'] }],
      birthDate: '1990-02-03',
      gender: 'female',
    },
    { ...patient('bob'), name: [{ family: 'Baker', given: ['Bob'] }] },
    immunization('i1', 'ada', {
      occurrenceDateTime: '2020-05-01',
      performer: [{ actor: { reference: 'Practitioner/doc' } }],
    }),
    immunization('i2', 'ada', { occurrenceDateTime: '2021-05-01' }),
    immunization('i3', 'bob', { occurrenceDateTime: '2022-05-01' }),
    observation('o1', 'ada', '2024-03-01T10:00:00Z', 98.6, 'laboratory'),
    observation('o2', 'ada', '2024-04-01', 120, 'vital-signs'),
    observation('o3', 'bob', '2024-05-01', 80, 'vital-signs'),
  )
  const { token: ada } = await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'ada' }])
  const { token: doctor } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }])
  return Object.assign(api, { ada, doctor })
}

function observation(
  id: string,
  patientId: string,
  effectiveDateTime: string,
  value: number,
  category: string,
) {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }] },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: `code-${id}`, display: 'A measurement' }] },
    subject: about(patientId),
    effectiveDateTime,
    valueQuantity: { value, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' },
  }
}

export async function search(api: SeededApi, path: string, token: string): Promise<Bundle> {
  const { status, text } = await api.get(path.startsWith('http') ? path : `${base}/${path}`, token)
  assert.equal(status, 200, `${path}\n${text}`)
  return JSON.parse(text) as Bundle
}

export const idsOf = (bundle: Bundle, mode = 'match') =>
  (bundle.entry ?? []).filter((each) => each.search?.mode === mode).map(({ resource }) => resource.id)

export function linkOf({ link }: Bundle, relation: string): string | undefined {
  return link.find((each) => each.relation === relation)?.url
}
