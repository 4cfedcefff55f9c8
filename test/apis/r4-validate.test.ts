import assert from 'node:assert/strict'
import { test } from 'node:test'
import { about, openSeededApi, patient, type Sent } from './seeded-api.ts'

const base = '/fhir/r4'
const usCorePatient = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient'

async function openPractices() {
  const api = await openSeededApi()
  for (const practice of ['oak', 'elm']) await api.addPractice(practice)
  await api.write('oak', patient('ada'))
  await api.write('elm', patient('eve'))
  const { token } = await api.issueToken([{ role: 'staff', practiceId: 'oak' }], { scopes: ['user/*.cruds'] })
  const send = (method: Sent['method'], path: string, body?: object | string, headers = {}) =>
    api.send({ method, path: `${base}${path}`, token, headers, ...(body === undefined ? {} : { body }) })
  return Object.assign(api, { token, request: send })
}

interface Outcome {
  resourceType: string
  issue: Array<{ severity: string; code: string; expression?: string[]; details: { text: string } }>
}

const outcomeOf = ({ json }: { json: unknown }): Outcome => json as Outcome

/** Each issue as `severity code place`. */
function reported(answer: { json: unknown }): string[] {
  const { resourceType, issue } = outcomeOf(answer)
  assert.equal(resourceType, 'OperationOutcome')
  return issue.map(({ severity, code, expression = [] }) => [severity, code, ...expression].join(' '))
}

const fine = 'information informational'

const observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '11524-6' }] },
  subject: about('ada'),
}
const broken = { ...observation, status: 'done', valueQuantity: { value: '7' }, colour: 'red' }
const brokenPlaces = [
  'error code-invalid Observation.status',
  'error value Observation.value.ofType(Quantity).value',
  'error structure Observation.colour',
]

test('an invalid record is refused by every way to write it, with each place, and nothing is stored', async () => {
  await using api = await openPractices()
  const patch = [{ op: 'add', path: '/gender', value: 'F' }]
  const patchType = { 'content-type': 'application/json-patch+json' }
  const genderPlace = ['error code-invalid Patient.gender']
  const writes: Array<[answer: ReturnType<typeof api.request>, places: string[]]> = [
    [api.request('POST', '/Observation', broken), brokenPlaces],
    [api.request('PUT', '/Observation/o1', { ...broken, id: 'o1' }), brokenPlaces],
    [api.request('PUT', '/Observation?identifier=a|b', broken), brokenPlaces],
    [api.request('PATCH', '/Patient/ada', JSON.stringify(patch), patchType), genderPlace],
  ]
  for (const [answer, places] of writes) {
    const { status, json } = await answer
    assert.equal(status, 422)
    assert.deepEqual(reported({ json }), places)
  }
  assert.equal((await api.get(`${base}/Observation`, api.token)).json.total, 0)
  assert.equal((await api.get(`${base}/Patient/ada`, api.token)).headers.etag, 'W/"1"')
})

test('a transaction with invalid records is refused as a whole, with the places in each entry', async () => {
  await using api = await openPractices()
  const data = Buffer.from(JSON.stringify([{ op: 'add', path: '/gender', value: 'F' }])).toString('base64')
  const binary = { resourceType: 'Binary', contentType: 'application/json-patch+json', data }
  const post = (resource: object) => ({ resource, request: { method: 'POST', url: 'Observation' } })
  const sendAll = (...entry: object[]) =>
    api.request('POST', '', { resourceType: 'Bundle', type: 'transaction', entry })
  const answer = await sendAll(post(observation), post(broken), post({ ...observation, colour: 'blue' }))
  assert.equal(answer.status, 422)
  assert.deepEqual(reported(answer), [
    ...brokenPlaces.map((each) => each.replace('Observation', 'Bundle.entry[1].resource')),
    'error structure Bundle.entry[2].resource.colour',
  ])
  const patched = await sendAll(post(observation), {
    resource: binary,
    request: { method: 'PATCH', url: 'Patient/ada' },
  })
  assert.equal(patched.status, 422)
  assert.deepEqual(reported(patched), ['error code-invalid Bundle.entry[1].resource.gender'])
  assert.equal((await api.get(`${base}/Observation`, api.token)).json.total, 0)
})

test('in a batch each record stands for itself', async () => {
  await using api = await openPractices()
  const entry = [observation, broken].map((resource) => ({
    resource,
    request: { method: 'POST', url: 'Observation' },
  }))
  const { json } = await api.request('POST', '', { resourceType: 'Bundle', type: 'batch', entry })
  const answers = json.entry as Array<{ response: { status: string; outcome?: Outcome } }>
  assert.deepEqual(
    answers.map(({ response }) => response.status.slice(0, 3)),
    ['201', '422'],
  )
})

test('a batch searches by POST and validates, and writes nothing by it', async () => {
  await using api = await openPractices()
  const post = (url: string, resource?: object) => ({
    ...(resource ? { resource } : {}),
    request: { method: 'POST', url },
  })
  const entry = [
    post('Patient/_search?_id=ada'),
    post('_search?_type=Patient,Observation'),
    post('Observation/$validate', broken),
    post('Patient/ada/$everything'),
    post('Observation/$validate'),
    post('Patient/$nonsense', observation),
    post('../../metrics/$validate'),
  ]
  for (const prefer of ['return=representation', 'return=OperationOutcome']) {
    const body = { resourceType: 'Bundle', type: 'batch', entry }
    const { json } = await api.request('POST', '', body, { prefer })
    const answers = json.entry as Array<{
      resource?: { resourceType: string; total?: number; issue?: object[] }
      response: { status: string }
    }>
    assert.deepEqual(
      answers.map(({ resource, response }) => `${response.status} ${resource?.resourceType}`),
      [
        '200 Bundle',
        '200 Bundle',
        '200 OperationOutcome',
        '200 Bundle',
        '400 undefined',
        '404 undefined',
        '400 undefined',
      ],
    )
    assert.equal(answers[0]?.resource?.total, 1)
    assert.equal(answers[2]?.resource?.issue?.length, brokenPlaces.length)
  }
  assert.equal((await api.get(`${base}/Observation`, api.token)).json.total, 0)
})

test('a record must keep the US Core profile that it claims, and warnings do not refuse it', async () => {
  await using api = await openPractices()
  const claim = (...profile: string[]) => ({ ...patient('bea'), meta: { profile } })
  const refused = await api.request('PUT', '/Patient/bea', claim(`${usCorePatient}|6.1.0`))
  assert.equal(refused.status, 422)
  assert.deepEqual(reported(refused), ['error required Patient.identifier', 'error required Patient.gender'])
  const unknown = await api.request('PUT', '/Patient/bea', claim('https://a.example/profile'))
  assert.equal(unknown.status, 201, unknown.text)
})

test('$validate reports what a write would report, and writes nothing', async () => {
  await using api = await openPractices()
  const bad = await api.request('POST', '/Observation/$validate', broken)
  assert.equal(bad.status, 200)
  assert.deepEqual(reported(bad), brokenPlaces)
  const good = await api.request('POST', '/Observation/$validate', observation)
  assert.deepEqual([good.status, reported(good)], [200, [fine]])
  assert.equal((await api.get(`${base}/Observation`, api.token)).json.total, 0)
})

test('$validate takes a Parameters with resource, profile and mode, and a profile in the address', async () => {
  await using api = await openPractices()
  const missing = ['error required Patient.identifier', 'error required Patient.gender']
  const profile = `${usCorePatient}|6.1.0`
  const parameter = (...more: object[]) => ({
    resourceType: 'Parameters',
    parameter: [{ name: 'resource', resource: patient('x') }, ...more],
  })
  const send = (path: string, body: object) => api.request('POST', path, body).then(reported)
  assert.deepEqual(await send('/Patient/$validate', parameter()), [fine])
  for (const key of ['valueUri', 'valueCanonical'])
    assert.deepEqual(
      await send('/Patient/$validate', parameter({ name: 'profile', [key]: profile })),
      missing,
    )
  assert.deepEqual(
    await send(`/Patient/$validate?profile=${encodeURIComponent(profile)}`, patient('x')),
    missing,
  )
  assert.deepEqual(await send('/Patient/$validate', parameter({ name: 'mode', valueCode: 'create' })), [fine])
  assert.deepEqual(await send('/Patient/$validate', parameter({ name: 'mode', valueCode: 'delete' })), [
    'warning not-supported Resource',
    fine,
  ])
  for (const mode of ['update', 'profile'])
    assert.deepEqual(await send(`/Patient/$validate?mode=${mode}`, patient('x')), [fine])
  assert.equal((await api.request('POST', '/Patient/$validate?mode=look', patient('x'))).status, 400)
  assert.deepEqual(await send('/Patient/$validate?profile=https://a.example/p', patient('x')), [
    'warning not-found Patient',
    fine,
  ])
})

test('$validate of an id is about the stored record, or about a new version of it', async () => {
  await using api = await openPractices()
  const path = `${base}/Patient/ada/$validate`
  assert.deepEqual(reported(await api.get(path, api.token)), [fine])
  assert.deepEqual(reported(await api.request('POST', '/Patient/ada/$validate')), [fine])
  const profile = encodeURIComponent(`${usCorePatient}|6.1.0`)
  assert.equal(reported(await api.get(`${path}?profile=${profile}`, api.token)).length, 2)
  const parameters = { resourceType: 'Parameters', parameter: [{ name: 'profile', valueUri: usCorePatient }] }
  assert.deepEqual(reported(await api.request('POST', '/Patient/ada/$validate', parameters)), [
    'error required Patient.identifier',
  ])
  assert.deepEqual(reported(await api.request('POST', '/Patient/ada/$validate', patient('ada'))), [fine])
  assert.deepEqual(reported(await api.request('POST', '/Patient/ada/$validate', patient('bea'))), [
    'error value Patient.id',
  ])
})

test('whatever JSON is sent to $validate, the answer is 200 with what is wrong', async () => {
  await using api = await openPractices()
  const bodies = [
    'null',
    '7',
    '"a"',
    '[]',
    '{}',
    '{"resourceType":7}',
    '{"resourceType":"Cat"}',
    '{"resourceType":"Parameters"}',
  ]
  for (const body of [...bodies, JSON.stringify(observation)]) {
    const answer = await api.request('POST', '/Patient/$validate', body)
    assert.equal(answer.status, 200, `${body} ${answer.text}`)
    assert.match(reported(answer)[0] ?? '', /^error (structure|value) Resource/, body)
  }
})

test('what is no JSON, or nothing, or for an unknown type, is refused', async () => {
  await using api = await openPractices()
  const status = (...args: Parameters<typeof api.request>) =>
    api.request(...args).then((answer) => answer.status)
  assert.equal(await status('POST', '/Patient/$validate', '{"resourceType":'), 400)
  assert.equal(await status('POST', '/Patient/$validate'), 400)
  assert.equal(await status('POST', '/Patient/$validate', { resourceType: 'Parameters', parameter: [] }), 400)
  assert.equal(await status('POST', '/Cat/$validate', { resourceType: 'Cat' }), 404)
  assert.equal(await status('PUT', '/Patient/$validate', patient('ada')), 405)
  assert.equal((await api.get(`${base}/Patient/$validate`, api.token)).status, 405)
})

test('$validate needs a token, and tells of stored records only what the token may read', async () => {
  await using api = await openPractices()
  const send = (path: string, token?: string) =>
    api.send({ method: 'POST', path: `${base}${path}`, body: patient('x'), ...(token ? { token } : {}) })
  assert.equal((await send('/Patient/$validate')).status, 401)
  assert.equal((await send('/Patient/$validate', 'opa_unknown')).status, 401)
  const reach = { role: 'patient' as const, practiceId: 'oak', patientId: 'ada' }
  const { token } = await api.issueToken([reach], { scopes: ['patient/Observation.rs'] })
  assert.equal((await send('/Patient/$validate', token)).status, 200)
  assert.equal((await api.get(`${base}/Patient/ada/$validate`, token)).status, 403)
  const { token: own } = await api.issueToken([reach], { scopes: ['patient/*.rs'] })
  assert.equal((await api.get(`${base}/Patient/ada/$validate`, own)).status, 200)
  for (const other of ['eve', 'nobody'])
    assert.equal((await api.get(`${base}/Patient/${other}/$validate`, own)).status, 404)
})

test('the CapabilityStatement names the operation for every type', async () => {
  await using api = await openPractices()
  const { json } = await api.get(`${base}/metadata`)
  const [rest] = json.rest as Array<{ resource: Array<{ operation: Array<{ name: string }> }> }>
  for (const { operation } of rest?.resource ?? [])
    assert.ok(operation.some(({ name }) => name === 'validate'))
})
