import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bundle, base, idsOf, linkOf, openFamily, search } from './r4-family.ts'
import { about } from './seeded-api.ts'

const note = { system: 'http://loinc.org', code: '11506-3' }
const summary = { system: 'http://loinc.org', code: '34133-9' }

const document = (id: string, patientId: string, date: string, more: object = {}) => ({
  resourceType: 'DocumentReference',
  id,
  status: 'current',
  type: { coding: [note] },
  subject: about(patientId),
  date: `${date}T08:00:00Z`,
  content: [{ attachment: { contentType: 'text/plain', url: 'https://example.org/a' } }],
  ...more,
})

async function openWithDocuments() {
  const api = await openFamily()
  await api.write(
    'oak',
    document('d1', 'ada', '2024-01-01'),
    document('d2', 'ada', '2024-03-01', { type: { coding: [summary] } }),
    // Written down long after the visit.
    document('d3', 'ada', '2024-05-01', { context: { period: { start: '2023-02-01', end: '2023-02-02' } } }),
    document('d4', 'ada', '2024-02-01', { status: 'superseded' }),
    document('d5', 'bob', '2024-02-01'),
  )
  return api
}

test('$docref gives the documents of a patient, newest first, by dates of care and types', async () => {
  await using api = await openWithDocuments()
  const cases: Array<[string, string[]]> = [
    ['patient=ada', ['d3', 'd2', 'd1']],
    ['patient=ada&type=http://loinc.org|34133-9', ['d2']],
    ['patient=ada&start=2024-02-01', ['d2', 'd4']],
    ['patient=ada&start=2023-01-01&end=2023-12-31T23:59:59Z', ['d3']],
    ['patient=ada&end=2024-02-15', ['d3', 'd4', 'd1']],
    ['patient=ada&on-demand=true', []],
    ['patient=nobody', []],
  ]
  for (const [query, ids] of cases)
    assert.deepEqual(idsOf(await search(api, `DocumentReference/$docref?${query}`, api.doctor)), ids, query)
  // A patient's own token reaches no other's.
  assert.deepEqual(idsOf(await search(api, 'DocumentReference/$docref?patient=bob', api.ada)), [])
})

test('$docref comes in pages, and takes its parameters in a body', async () => {
  await using api = await openWithDocuments()
  const body = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'patient', valueId: 'ada' },
      { name: 'type', valueCoding: note },
      { name: 'type', valueCoding: summary },
      { name: 'on-demand', valueBoolean: false },
      { name: '_count', valueInteger: 2 },
    ],
  }
  const path = `${base}/DocumentReference/$docref`
  const { status, text } = await api.send({ method: 'POST', path, token: api.ada, body })
  assert.equal(status, 200, text)
  const first = JSON.parse(text) as Bundle
  assert.deepEqual([first.total, idsOf(first)], [3, ['d3', 'd2']])
  const next = linkOf(first, 'next') ?? ''
  assert.match(next, /\/DocumentReference\/\$docref\?/)
  assert.deepEqual(idsOf(await search(api, next, api.ada)), ['d1'])
})

test('$docref that cannot be read is refused', async () => {
  await using api = await openWithDocuments()
  for (const query of ['', 'patient=ada&start=then', 'patient=ada&patient=bob', 'patient=a/b'])
    assert.equal((await api.get(`${base}/DocumentReference/$docref?${query}`, api.ada)).status, 400, query)
  const { token } = await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'ada' }], {
    scopes: ['patient/Patient.rs'],
  })
  assert.equal((await api.get(`${base}/DocumentReference/$docref?patient=ada`, token)).status, 403)
  assert.equal((await api.get(`${base}/Patient/$docref?patient=ada`, api.ada)).status, 404)
})
