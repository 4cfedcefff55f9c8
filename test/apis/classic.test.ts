import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classicTypes } from '#server/apis/classic/classic.ts'
import { about, immunization, openSeededApi, origin, patient, type SeededApi } from './seeded-api.ts'

/** A practice with Ada and her daughter Mia, and Bob; three immunizations each. */
async function openFamily(): Promise<SeededApi & { ada: string }> {
  const api = await openSeededApi()
  await api.addPractice('oak')
  for (const id of ['ada', 'mia', 'bob']) {
    await api.write('oak', patient(id))
    for (const n of [1, 2, 3])
      await api.write('oak', immunization(`${id}-${n}`, id, { occurrenceDateTime: `202${n}-03-0${n}` }))
  }
  const { token } = await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'ada' }])
  return Object.assign(api, { ada: token })
}

test('a list has count, next, previous and results', async () => {
  await using api = await openFamily()
  const { status, json, headers } = await api.get('Immunization', api.ada)
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(json), ['count', 'next', 'previous', 'results'])
  assert.equal(json.count, 3)
  assert.equal(json.next, null)
  assert.equal(json.previous, null)
  assert.deepEqual(
    json.results.map((each) => each.id),
    ['ada-1', 'ada-2', 'ada-3'],
  )
  assert.equal(headers['content-type'], 'application/json; charset=utf-8')
  assert.equal(headers['cache-control'], 'no-store')
})

test('a record is answered as it is stored', async () => {
  await using api = await openFamily()
  const { status, json } = await api.get('Patient/ada', api.ada)
  assert.equal(status, 200)
  assert.equal(json.birthDate, '2010-01-01')
  assert.deepEqual(json.meta, { versionId: '1', lastUpdated: '2025-06-01T00:00:00.000Z' })
})

test('every type of the classic API lists, an empty one as 200', async () => {
  await using api = await openFamily()
  assert.equal(classicTypes.length, 26)
  for (const { type } of classicTypes) {
    const { status, json } = await api.get(type, api.ada)
    assert.equal(status, 200, type)
    assert.equal(json.results.length, json.count, type)
  }
})

test('slashes too many answer directly, and case matters', async () => {
  await using api = await openFamily()
  const base = '/onpatient_api/fhir'
  for (const path of [`${base}/Patient`, `${base}/Patient/`, `/${base}/Patient`, `${base}//Patient//`])
    assert.equal((await api.get(path, api.ada)).json.count, 1, path)
  for (const path of [`${base}/Patient/ada/`, `/${base}/Patient/ada`, `${base}/Patient//ada`])
    assert.equal((await api.get(path, api.ada)).json.id, 'ada', path)
  for (const path of [`${base}/patient`, `${base}/PATIENT`, `${base}/Nothing`, base, `${base}/Patient/ada/x`])
    assert.equal((await api.get(path, api.ada)).status, 404, path)
})

test('every Accept header gets JSON, a browser too, and FHIR names are echoed', async () => {
  await using api = await openFamily()
  const cases: Array<[string, string]> = [
    ['*/*', 'application/json'],
    ['text/html,application/xhtml+xml;q=0.9', 'application/json'],
    ['application/json', 'application/json'],
    ['application/json+fhir', 'application/json+fhir'],
    ['application/fhir+json', 'application/fhir+json'],
    ['application/xml', 'application/json'],
  ]
  for (const [accept, type] of cases) {
    const ok = await api.get('Patient', api.ada, { accept })
    assert.equal(ok.status, 200)
    assert.equal(ok.headers['content-type'], `${type}; charset=utf-8`)
    const refused = await api.get('Patient', undefined, { accept })
    assert.equal(refused.status, 401)
    assert.equal(refused.headers['content-type'], `${type}; charset=utf-8`)
  }
})

test('a HEAD request has the headers of the GET and no body', async () => {
  await using api = await openFamily()
  const headers = { authorization: `Bearer ${api.ada}` }
  const answer = await api.app.inject({ method: 'HEAD', url: '/onpatient_api/fhir/Patient/ada', headers })
  assert.equal(answer.statusCode, 200)
  assert.equal(answer.payload, '')
  assert.equal(Number(answer.headers['content-length']) > 50, true)
})

test('links keep the path and the filters, and start with the origin of the request', async () => {
  await using api = await openFamily()
  const path = 'Immunization/?patient=Patient/ada&date=ge2020&page_size=1&verbose=true'
  const first = await api.get(path, api.ada)
  const next = new URL(first.json.next ?? '')
  assert.equal(`${next.origin}${next.pathname}`, `${origin}/onpatient_api/fhir/Immunization`)
  assert.equal(next.searchParams.get('patient'), 'Patient/ada')
  assert.equal(next.searchParams.get('date'), 'ge2020')
  assert.equal(next.searchParams.get('page_size'), '1')
  const www = await api.get(path, api.ada, { host: 'www.api.example.org' })
  assert.equal(new URL(www.json.next ?? '').origin, 'https://www.api.example.org')
  const strange = await api.get(path, api.ada, { host: 'evil.example' })
  assert.equal(new URL(strange.json.next ?? '').origin, origin)
})

test('previous leads back to the first page, which has none', async () => {
  await using api = await openFamily()
  const pages = await api.walk('Immunization?page-size=1', api.ada)
  assert.deepEqual(
    pages.map((page) => page.results.map((each) => each.id)),
    [['ada-1'], ['ada-2'], ['ada-3']],
  )
  const back = await api.get(pages[2]?.previous ?? '', api.ada)
  assert.deepEqual(back.json.results, pages[1]?.results)
  assert.equal(typeof back.json.next, 'string')
  const first = await api.get(back.json.previous ?? '', api.ada)
  assert.deepEqual(first.json.results, pages[0]?.results)
  assert.equal(first.json.previous, null)
})

test('a last page that is exactly full has no next', async () => {
  await using api = await openFamily()
  assert.equal((await api.get('Immunization?page-size=3', api.ada)).json.next, null)
  assert.equal((await api.walk('Immunization?page-size=2', api.ada)).length, 2)
})

test('the page size is 50, and its three spellings change it up to 1000', async () => {
  await using api = await openSeededApi()
  await api.addPractice('oak')
  const many = Array.from({ length: 1010 }, (_, n) => immunization(`i${n}`, 'ada'))
  await api.write('oak', patient('ada'), ...many)
  const { token } = await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'ada' }])
  const size = async (query: string) => (await api.get(`Immunization${query}`, token)).json.results.length
  assert.equal(await size(''), 50)
  assert.equal(await size('?page-size=7'), 7)
  assert.equal(await size('?page_size=7'), 7)
  assert.equal(await size('?_count=7'), 7)
  assert.equal(await size('?page-size=5000'), 1000)
  assert.equal((await api.get('Immunization', token)).json.count, 1010)
})

test('a walk yields each record once while records are added', async () => {
  await using api = await openSeededApi()
  await api.addPractice('oak')
  await api.write('oak', ...['a', 'b', 'c'].map(patient))
  const before = ['a', 'b', 'c'].flatMap((id) => [1, 3, 5, 7].map((n) => immunization(`${id}${n}`, id)))
  await api.write('oak', ...before)
  const { token } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }])
  const seen: string[] = []
  let added = 0
  for (let url: string | null = 'Immunization?page-size=2'; url !== null; ) {
    const { json } = await api.get(url, token)
    seen.push(...json.results.map((each) => each.id))
    const owner = ['a', 'b', 'c'][added % 3] ?? 'a'
    if (added < 6) await api.write('oak', immunization(`${owner}${2 * added++}`, owner))
    url = json.next
  }
  assert.equal(new Set(seen).size, seen.length)
  for (const { id } of before) assert.ok(seen.includes(id), id)
})

test('a list without patient holds all that the grant covers: own, wards, panel', async () => {
  await using api = await openFamily()
  const mine = { role: 'patient', practiceId: 'oak', patientId: 'ada' } as const
  const ward = { role: 'proxy', practiceId: 'oak', patientId: 'mia' } as const
  const counts = async (token: string) => [
    (await api.get('Patient', token)).json.count,
    (await api.get('Immunization', token)).json.count,
  ]
  assert.deepEqual(await counts((await api.issueToken([mine])).token), [1, 3])
  const both = (await api.issueToken([mine, ward])).token
  assert.deepEqual(await counts(both), [2, 6])
  assert.equal((await api.get('Immunization?patient=mia', both)).json.count, 3)
  assert.equal((await api.get('Immunization?patient=bob', both)).json.count, 0)
  const provider = (await api.issueToken([{ role: 'provider', practiceId: 'oak' }])).token
  assert.deepEqual(await counts(provider), [3, 9])
  assert.equal((await api.get('Immunization?patient=Patient/bob', provider)).json.count, 3)
  // A provider who is also a patient there sees nothing twice.
  const doubled = (await api.issueToken([{ role: 'provider', practiceId: 'oak' }, mine])).token
  assert.deepEqual(await counts(doubled), [3, 9])
  const walked = (await api.walk('Immunization?page-size=2', doubled)).flatMap((page) => page.results)
  assert.equal(new Set(walked.map((each) => each.id)).size, 9)
  assert.equal(walked.length, 9)
})

test('dates filter with prefixes and partial precision, twice for a span', async () => {
  await using api = await openFamily()
  const ids = async (query: string) =>
    (await api.get(`Immunization?${query}`, api.ada)).json.results.map((each) => each.id).join()
  assert.equal(await ids('date=2022'), 'ada-2')
  assert.equal(await ids('date=2022-03-02'), 'ada-2')
  assert.equal(await ids('date=ne2022'), 'ada-1,ada-3')
  assert.equal(await ids('date=gt2022-03'), 'ada-3')
  assert.equal(await ids('date=ge2022-03-02'), 'ada-2,ada-3')
  assert.equal(await ids('date=le2022-03-02'), 'ada-1,ada-2')
  assert.equal(await ids('date=lt2022-03-02'), 'ada-1')
  assert.equal(await ids('date=sa2022'), 'ada-3')
  assert.equal(await ids('date=eb2022'), 'ada-1')
  assert.equal(await ids('date=ge2021-12&date=lt2023'), 'ada-2')
  assert.equal(await ids('since=2022-03-02'), 'ada-2,ada-3')
  // A plus sign that the client did not encode arrives as a space.
  assert.equal(await ids('date=ge2022-03-02T00:00:00+01:00'), 'ada-2,ada-3')
})

test('since means changed since for a type without a date', async () => {
  await using api = await openFamily()
  const { token } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }], {
    lifetimeSeconds: 7 * 86_400,
  })
  assert.equal((await api.get('Patient?since=2025-06-02', token)).json.count, 0)
  api.time.now += 2 * 86_400_000
  await api.write('oak', { ...patient('bob'), gender: 'male' })
  const { json } = await api.get('Patient?since=2025-06-02', token)
  assert.deepEqual(
    json.results.map((each) => each.id),
    ['bob'],
  )
})

test('_id narrows to the ids that the token reaches', async () => {
  await using api = await openFamily()
  const { json } = await api.get('Immunization?_id=ada-3,bob-1,ada-1,none', api.ada)
  assert.equal(json.count, 2)
  assert.deepEqual(
    json.results.map((each) => each.id),
    ['ada-1', 'ada-3'],
  )
  const pages = await api.walk('Immunization?_id=ada-3,ada-2,ada-1&_count=1', api.ada)
  assert.deepEqual(
    pages.map((page) => page.results[0]?.id),
    ['ada-1', 'ada-2', 'ada-3'],
  )
})

test('shared records are readable when a readable record cites them, directly or through others', async () => {
  await using api = await openFamily()
  await api.write(
    'oak',
    { resourceType: 'Practitioner', id: 'dr' },
    { resourceType: 'Practitioner', id: 'unseen' },
    { resourceType: 'Organization', id: 'org', partOf: { reference: 'Organization/parent' } },
    { resourceType: 'Organization', id: 'parent', partOf: { reference: 'Organization/org' } },
    {
      resourceType: 'PractitionerRole',
      id: 'role',
      practitioner: { reference: 'Practitioner/dr' },
      organization: { reference: 'Organization/org' },
    },
    immunization('cites', 'ada', { performer: [{ actor: { reference: 'PractitionerRole/role' } }] }),
  )
  for (const path of ['PractitionerRole/role', 'Practitioner/dr', 'Organization/org', 'Organization/parent'])
    assert.equal((await api.get(path, api.ada)).status, 200, path)
  assert.equal((await api.get('Practitioner/unseen', api.ada)).status, 404)
  assert.equal((await api.get('Practitioner', api.ada)).json.count, 1)
  assert.equal((await api.get('Organization', api.ada)).json.count, 2)
  const { token: bob } = await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'bob' }])
  assert.equal((await api.get('Practitioner/dr', bob)).status, 404)
  assert.equal((await api.get('Practitioner', bob)).json.count, 0)
  const { token: provider } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }])
  assert.equal((await api.get('Practitioner/unseen', provider)).status, 200)
  assert.equal((await api.get('Practitioner', provider)).json.count, 2)
  // With the record that cited it changed, the shared record is out of reach again.
  await api.write('oak', immunization('cites', 'ada'))
  assert.equal((await api.get('Practitioner/dr', api.ada)).status, 404)
})

test('a record about several patients comes once in a list over both', async () => {
  await using api = await openFamily()
  const actors = ['ada', 'mia'].map((id) => ({ actor: about(id) }))
  await api.write('oak', { resourceType: 'Provenance', id: 'both', target: [about('ada'), about('mia')] })
  await api.write('oak', { resourceType: 'Appointment', id: 'visit', participant: actors })
  const mine = { role: 'patient', practiceId: 'oak', patientId: 'ada' } as const
  const ward = { role: 'proxy', practiceId: 'oak', patientId: 'mia' } as const
  for (const reaches of [[mine], [ward], [mine, ward], [{ role: 'provider', practiceId: 'oak' } as const]]) {
    const { token } = await api.issueToken(reaches)
    const { json } = await api.get('Provenance', token)
    assert.equal(json.count, 1)
    assert.equal(json.results.length, 1)
    assert.equal((await api.walk('Provenance?page-size=1', token)).length, 1)
    assert.equal((await api.get('Provenance?_id=both', token)).json.results.length, 1)
  }
})
