import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CapabilityStatement } from 'fhir/r4'
import { about, immunization, openSeededApi, patient, type Sent } from './seeded-api.ts'

const base = '/fhir/r4'
const patchType = { 'content-type': 'application/json-patch+json' }

const observation = (id: string, code: string, patientId = 'ada') => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: code, coding: [{ system: 'urn:codes', code }] },
  subject: about(patientId),
})

/** One practice with three observations, and another whose records are never to be touched. */
async function openPractices() {
  const api = await openSeededApi()
  for (const practice of ['oak', 'elm']) await api.addPractice(practice)
  await api.write(
    'oak',
    patient('ada'),
    observation('a', 'one'),
    observation('b', 'two'),
    observation('c', 'two'),
  )
  await api.write('elm', patient('eve'), observation('e', 'one', 'eve'), immunization('e1', 'eve'))
  const issue = (...scopes: string[]) =>
    api.issueToken([{ role: 'staff', practiceId: 'oak' }], { scopes }).then(({ token }) => token)
  const oak = await issue('user/*.cruds')
  const { token: elm } = await api.issueToken([{ role: 'staff', practiceId: 'elm' }], {
    scopes: ['user/*.cruds'],
  })
  const request = (method: Sent['method'], path: string, body?: object, headers = {}, token = oak) =>
    api.send({ method, path: `${base}${path}`, token, headers, ...(body === undefined ? {} : { body }) })
  const status = async (path: string, token = oak) => (await api.get(`${base}/${path}`, token)).status
  return Object.assign(api, { oak, elm, issue, request, status })
}

const patch = [{ op: 'replace', path: '/status', value: 'amended' }]
const binary = {
  resourceType: 'Binary',
  contentType: 'application/json-patch+json',
  data: Buffer.from(JSON.stringify(patch)).toString('base64'),
}

interface AnswerEntry {
  resource?: { resourceType: string; id: string; status?: string }
  response: { status: string; outcome?: { issue: Array<{ details: { text: string } }> } }
}

test('a conditional delete removes the one record that matches, nothing when none does, and refuses several', async () => {
  await using api = await openPractices()
  assert.equal((await api.request('DELETE', '/Observation?code=urn:codes|nothing')).status, 204)
  const several = await api.request('DELETE', '/Observation?code=urn:codes|two')
  assert.equal(several.status, 412)
  assert.match(several.text, /More than one Observation matches/)
  const path = '/Observation?code=urn:codes|one'
  assert.equal((await api.request('DELETE', path, undefined, { 'if-match': 'W/"7"' })).status, 412)
  assert.equal((await api.request('DELETE', path, undefined, { 'if-match': 'W/"1"' })).status, 204)
  assert.deepEqual([await api.status('Observation/a'), await api.status('Observation/b')], [410, 200])
  for (const wrong of ['', '?', '?nonsense=1', '?_format=json'])
    assert.equal((await api.request('DELETE', `/Observation${wrong}`)).status, 400, wrong)
  // The same code is in a record of another practice, which is none of this one's.
  assert.equal((await api.request('DELETE', path)).status, 204)
  assert.equal(await api.status('Observation/e', api.elm), 200)
})

test('a condition tells nothing of types that the scopes do not cover, by a chain or _has', async () => {
  await using api = await openPractices()
  const token = await api.issue('user/Observation.cruds')
  for (const condition of ['patient.name=ada', 'subject:Patient._id=ada', '_has:Provenance:target:_id=x']) {
    const created = await api.request(
      'POST',
      '/Observation',
      observation('new', 'new'),
      { 'if-none-exist': `code=urn:codes|one&${condition}` },
      token,
    )
    assert.equal(created.status, 403, condition)
    const path = `/Observation?code=urn:codes|one&${condition}`
    assert.equal((await api.request('DELETE', path, undefined, {}, token)).status, 403, condition)
  }
  assert.equal(await api.status('Observation/a'), 200)
})

test('a conditional patch changes the one record that matches', async () => {
  await using api = await openPractices()
  const send = (path: string, token = api.oak) => api.request('PATCH', path, patch, patchType, token)
  const done = await send('/Observation?code=urn:codes|one')
  assert.deepEqual([done.status, done.json.id, done.json.status], [200, 'a', 'amended'])
  assert.equal((await send('/Observation?code=urn:codes|two')).status, 412)
  const none = await send('/Observation?code=urn:codes|nothing')
  assert.equal(none.status, 404)
  assert.match(none.text, /No Observation .* matches the condition/)
  assert.equal((await send('/Observation')).status, 400)
})

test('a condition is looked for only with the scope to search, and changes only with the scope to change', async () => {
  await using api = await openPractices()
  const one = '/Observation?code=urn:codes|one'
  const cases: Array<[string, number, number]> = [
    ['user/Observation.d', 403, 403],
    ['user/Observation.ds', 204, 403],
    ['user/Observation.us', 403, 200],
    ['user/Observation.rs', 403, 403],
    ['patient/Observation.cruds', 403, 403],
  ]
  for (const [scope, deleted, patched] of cases) {
    const token = await api.issue(scope)
    const answer = await api.request('PATCH', one, patch, patchType, token)
    assert.equal(answer.status, patched, `${scope} patch`)
    assert.equal((await api.request('DELETE', one, undefined, {}, token)).status, deleted, `${scope} delete`)
    await api.write('oak', observation('a', 'one'))
  }
})

test('Bundles delete and patch by a condition, too, and a transaction undoes all when several match', async () => {
  await using api = await openPractices()
  const send = async (type: string, ...entry: object[]) =>
    api.request('POST', '', { resourceType: 'Bundle', type, entry })
  const remove = (code: string) => ({
    request: { method: 'DELETE', url: `Observation?code=urn:codes|${code}` },
  })
  const change = (code: string) => ({
    request: { method: 'PATCH', url: `Observation?code=urn:codes|${code}` },
    resource: binary,
  })
  const undone = await send('transaction', remove('one'), change('two'))
  assert.equal(undone.status, 412, undone.text)
  assert.equal(await api.status('Observation/a'), 200)
  assert.equal((await send('transaction', change('nothing'))).status, 404)
  assert.equal((await send('transaction', { request: { method: 'DELETE', url: 'Observation' } })).status, 400)
  const batch = await send('batch', remove('two'), change('one'), remove('nothing'))
  assert.deepEqual(
    (batch.json.entry as AnswerEntry[]).map(({ response }) => response.status),
    ['412', '200', '204'],
  )
  const done = await send('transaction', remove('one'), remove('nothing'))
  assert.deepEqual(
    (done.json.entry as AnswerEntry[]).map(({ response }) => response.status),
    ['204', '204'],
  )
  assert.equal(await api.status('Observation/a'), 410)
})

test('If-None-Match: * makes a record and never overwrites one', async () => {
  await using api = await openPractices()
  const star = { 'if-none-match': '*' }
  const put = (id: string, headers = star) =>
    api.request('PUT', `/Observation/${id}`, { ...observation(id, 'new'), id }, headers)
  assert.equal((await put('new')).status, 201)
  for (const id of ['new', 'a']) {
    const refused = await put(id)
    assert.equal(refused.status, 412)
    assert.match(refused.text, /exists already/)
  }
  const where = await api.request(
    'PUT',
    '/Observation?code=urn:codes|one',
    { ...observation('a', 'x') },
    star,
  )
  assert.equal(where.status, 412)
  assert.equal((await api.get(`${base}/Observation/a`, api.oak)).headers.etag, 'W/"1"')
  const entry = [
    { request: { method: 'PUT', url: 'Observation/a', ifNoneMatch: '*' }, resource: observation('a', 'x') },
  ]
  const transaction = { resourceType: 'Bundle', type: 'transaction', entry }
  assert.equal((await api.request('POST', '', transaction)).status, 412)
  const batch = await api.request('POST', '', { ...transaction, type: 'batch' })
  assert.equal((batch.json.entry as AnswerEntry[])[0]?.response.status, '412')
  assert.equal((await api.get(`${base}/Observation/a`, api.oak)).headers.etag, 'W/"1"')
})

test('Prefer says how much of what was written is in the answer to a Bundle', async () => {
  await using api = await openPractices()
  const expected = {
    transaction: {
      '': [false, false],
      minimal: [false, false],
      representation: [true, false],
      OperationOutcome: [false, true],
    },
    batch: {
      '': [true, false],
      minimal: [false, false],
      representation: [true, false],
      OperationOutcome: [false, true],
    },
  }
  for (const [type, cases] of Object.entries(expected))
    for (const [wanted, found] of Object.entries(cases)) {
      const entry = [{ request: { method: 'POST', url: 'Observation' }, resource: observation('x', 'new') }]
      const headers = wanted === '' ? {} : { prefer: `return=${wanted}` }
      const { json } = await api.request('POST', '', { resourceType: 'Bundle', type, entry }, headers)
      const [{ resource, response } = { response: { status: '' } }] = json.entry as AnswerEntry[]
      assert.equal(response.status, '201')
      assert.deepEqual(
        [resource?.resourceType === 'Observation', response.outcome !== undefined],
        found,
        `${type} ${wanted}`,
      )
      if (response.outcome) assert.match(response.outcome.issue[0]?.details.text ?? '', /was created/)
    }
})

test('a batch reads whatever an address below the base answers, and nothing outside of it', async () => {
  await using api = await openPractices()
  const urls = [
    ['metadata', '200'],
    ['?_type=Observation&code=urn:codes|one', '200'],
    ['Patient/ada/Observation', '200'],
    ['Patient/ada/$everything?_count=0', '200'],
    ['Spaceship', '404'],
    ['../../onpatient_api/fhir/Patient/ada', '400'],
    ['Patient/../../../onpatient_api/fhir/Patient/ada', '400'],
    ['Patient/%2e%2e/%2e%2e/%2e%2e/metrics', '400'],
    ['Patient\\..\\..\\..\\metrics', '400'],
  ] as const
  const entry = urls.map(([url]) => ({ request: { method: 'GET', url } }))
  const { json } = await api.request('POST', '', { resourceType: 'Bundle', type: 'batch', entry })
  assert.deepEqual(
    (json.entry as AnswerEntry[]).map(({ response }, index) => [urls[index]?.[0], response.status]),
    urls.map((each) => [...each]),
  )
})

test('a version that is a deletion is gone, not unknown', async () => {
  await using api = await openPractices()
  await api.request('DELETE', '/Observation/a')
  assert.deepEqual(
    [
      await api.status('Observation/a/_history/1'),
      await api.status('Observation/a/_history/2'),
      await api.status('Observation/a/_history/3'),
    ],
    [200, 410, 404],
  )
  assert.equal(await api.status('Observation/a/_history/2', api.elm), 404)
})

test('another version of FHIR, and a search whose parameters cannot be read, are refused', async () => {
  await using api = await openPractices()
  const read = async (accept: string, query = '') =>
    (await api.get(`${base}/Patient/ada${query}`, api.oak, { accept })).status
  assert.equal(await read('application/fhir+json; fhirVersion=4.0'), 200)
  assert.equal(await read('application/fhir+json; fhirVersion=3.0'), 406)
  assert.equal(await read('application/fhir+json; fhirVersion=3.0, application/fhir+json;q=0.5'), 200)
  assert.equal(await read('*/*', '?_format=application/fhir%2Bjson;fhirVersion=5.0'), 406)
  const write = async (type: string) =>
    (await api.request('PUT', '/Patient/ada', patient('ada'), { 'content-type': type })).status
  assert.equal(await write('application/fhir+json; fhirVersion=4.0'), 200)
  assert.equal(await write('application/fhir+json; fhirVersion=1.0'), 415)
  for (const type of ['application/json', 'text/plain']) {
    const sent = await api.request('POST', '/Observation/_search', { code: 'x' }, { 'content-type': type })
    assert.equal(sent.status, 415, type)
    assert.match(sent.text, /as a form/)
  }
  assert.equal((await api.request('POST', '/Observation/_search?code=x')).status, 200)
  const { json } = await api.get(`${base}/metadata`)
  for (const { conditionalDelete } of (json as unknown as CapabilityStatement).rest?.[0]?.resource ?? [])
    assert.equal(conditionalDelete, 'single')
})

test('who may change a record and not read it is not shown what a patch left in it', async () => {
  await using api = await openPractices()
  const asked = { ...patchType, prefer: 'return=representation' }
  const change = (
    id: string,
    token: string,
    headers: Record<string, string> = patchType,
    body: object = patch,
  ) => api.request('PATCH', `/Observation/${id}`, body, headers, token)
  const changer = await api.issue('user/Observation.u')
  for (const headers of [patchType, asked]) {
    const { status, text } = await change('a', changer, headers)
    assert.deepEqual([status, text], [200, ''])
  }
  const outcome = await change('a', changer, { ...patchType, prefer: 'return=OperationOutcome' })
  assert.match(outcome.text, /^{"resourceType":"OperationOutcome"/)
  const transaction = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource: binary, request: { method: 'PATCH', url: 'Observation/b' } }],
  }
  const together = (token: string) =>
    api.request('POST', '', transaction, { prefer: 'return=representation' }, token)
  const [hidden] = JSON.parse((await together(changer)).text).entry as AnswerEntry[]
  assert.deepEqual([hidden?.response.status, hidden?.resource], ['200', undefined])
  // A filter counts for the record as it was: a patch that makes it meet the filter opens nothing.
  const filtered = await api.issue('user/Observation.u', 'user/Observation.r?code=urn:codes|one')
  const toOne = [{ op: 'replace', path: '/code/coding/0/code', value: 'one' }]
  assert.equal((await change('c', filtered, asked, toOne)).text, '')
  assert.match((await change('a', filtered, asked)).text, /"text":"one"/)
  const reader = await api.issue('user/Observation.ru')
  assert.match((await change('a', reader)).text, /"text":"one"/)
  const [shown] = JSON.parse((await together(reader)).text).entry as AnswerEntry[]
  assert.equal(shown?.resource?.id, 'b')
})

test('a condition looks into no type that the scopes do not search', async () => {
  await using api = await openPractices()
  const path = '/Observation?code=urn:codes|one&subject:Patient._id=ada'
  const outside = await api.issue('user/Observation.cruds')
  assert.equal((await api.request('DELETE', path, undefined, {}, outside)).status, 403)
  assert.equal(await api.status('Observation/a'), 200)
  const inside = await api.issue('user/Observation.cruds', 'user/Patient.s')
  assert.equal((await api.request('DELETE', path, undefined, {}, inside)).status, 204)
  assert.equal(await api.status('Observation/a'), 410)
})
