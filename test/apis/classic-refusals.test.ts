import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '#server/clock.ts'
import { readLimits } from '#server/limits.ts'
import { createRateLimits } from '#server/rate-limits/rate-limits.ts'
import { immunization, openSeededApi, patient } from './seeded-api.ts'

async function openPair() {
  const api = await openSeededApi()
  await api.addPractice('oak')
  await api.write('oak', patient('ada'), patient('bob'), immunization('a1', 'ada'), immunization('a2', 'ada'))
  await api.write('oak', immunization('b1', 'bob'))
  const issued = await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'ada' }])
  return Object.assign(api, { ada: issued.token, issued })
}

/** Query, and the parameter that the reason must name. */
const badQueries: Array<[query: string, field: string]> = [
  ['page-size=0', 'page-size'],
  ['page-size=-1', 'page-size'],
  ['page_size=ten', 'page_size'],
  ['_count=1.5', '_count'],
  ['_count=', '_count'],
  ['_count=1e3', '_count'],
  ['page-size=99999999999999999999', 'page-size'],
  ['page-size=5&page-size=6', 'page-size'],
  ['page-size=5&_count=5', '_count'],
  ['patient=a&patient=b', 'patient'],
  ['patient=ada,bob', 'patient'],
  ['patient=', 'patient'],
  ['patient=Practitioner/ada', 'patient'],
  ['patient=%27%20or%201=1', 'patient'],
  [`patient=${'x'.repeat(65)}`, 'patient'],
  [`patient=${'x'.repeat(9000)}`, 'patient'],
  ['patient=%ff%fe', 'patient'],
  ['patient=%zz', 'patient'],
  ['patient=ada%00', 'patient'],
  ['date=yesterday', 'date'],
  ['date=2023-02-30', 'date'],
  ['date=ap2023', 'date'],
  ['date=', 'date'],
  [Array(11).fill('date=2020').join('&'), 'date'],
  ['since=soon', 'since'],
  ['since=2020&since=2021', 'since'],
  ['_id=a1&_id=a2', '_id'],
  ['_id=a1,,a2', '_id'],
  ['_id=', '_id'],
  [`_id=${Array.from({ length: 101 }, (_, n) => `i${n}`).join(',')}`, '_id'],
  ['cursor=abc', 'cursor'],
  ['cursor=', 'cursor'],
  ['cursor=a&cursor=b', 'cursor'],
]

test('every ill-formed parameter is a 400 that names it', async () => {
  await using api = await openPair()
  for (const [query, field] of badQueries) {
    const { status, json } = await api.get(`Immunization?${query}`, api.ada)
    assert.equal(status, 400, query)
    assert.match(String(json.detail), new RegExp(`parameters? .*${field}`), query)
    assert.equal(json.resourceType, 'OperationOutcome')
  }
})

test('unknown parameters are ignored, as are filters that a type does not have', async () => {
  await using api = await openPair()
  assert.equal((await api.get('Immunization?verbose=1&format=json&page=3&page=4&', api.ada)).json.count, 2)
  assert.equal((await api.get('Practitioner?patient=x,y&date=nonsense', api.ada)).status, 200)
})

test('a cursor works for its own list and filters only', async () => {
  await using api = await openPair()
  const first = await api.get('Immunization?page-size=1', api.ada)
  const cursor = new URL(first.json.next ?? '').searchParams.get('cursor') ?? ''
  assert.doesNotMatch(Buffer.from(cursor, 'base64url').toString('latin1'), /ada|a1/)
  assert.equal((await api.get(`Immunization?page-size=5&cursor=${cursor}`, api.ada)).json.results.length, 1)
  for (const path of [
    `Observation?page-size=1&cursor=${cursor}`,
    `Immunization?page-size=1&patient=ada&cursor=${cursor}`,
    `Immunization?page-size=1&cursor=${cursor}A`,
    `Immunization?page-size=1&cursor=${cursor.slice(1)}`,
    `Immunization?page-size=1&cursor=!${cursor}`,
  ])
    assert.equal((await api.get(path, api.ada)).status, 400, path)
  // Another person's cursor says where to go on, never whose records to read.
  const { token: bob } = await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'bob' }])
  const other = await api.get(`Immunization?page-size=1&cursor=${cursor}`, bob)
  assert.deepEqual(
    other.json.results.map((each) => each.id),
    ['b1'],
  )
})

test('a 401 says whether the token is missing, unknown, expired or revoked', async () => {
  await using api = await openPair()
  const challenge = async (token: string | undefined, headers = {}) => {
    const { status, json, headers: answered } = await api.get('Patient', token, headers)
    assert.equal(status, 401)
    assert.equal(json.resourceType, 'OperationOutcome')
    return String(answered['www-authenticate'])
  }
  const missing = await challenge(undefined)
  assert.equal(missing, 'Bearer realm="onpatient"')
  assert.match(await challenge(undefined, { authorization: 'Basic YTpi' }), /scheme Bearer/)
  assert.match(await challenge('nothing-of-ours'), /error="invalid_token".*not known/)
  assert.match(await challenge('with "quotes"'), /error="invalid_token"/)
  api.time.now += 172_800_000
  assert.match(await challenge(api.ada), /error="invalid_token".*expired/)
  api.time.now -= 172_800_000
  assert.equal((await api.get('Patient', api.ada)).status, 200)
  await api.grants.end(api.issued.accountId, api.issued.grantId, 'the person ended it')
  assert.match(await challenge(api.ada), /error="invalid_token".*ended/)
})

test('the scheme compares without case, and a token in the address is refused with a reason', async () => {
  await using api = await openPair()
  assert.equal((await api.get('Patient', undefined, { authorization: `bearer ${api.ada}` })).status, 200)
  for (const token of [undefined, api.ada]) {
    const { status, json, headers } = await api.get(`Patient?access_token=${api.ada}`, token)
    assert.equal(status, 401)
    assert.match(String(json.detail), /address/)
    assert.doesNotMatch(JSON.stringify([json, headers]), new RegExp(api.ada))
  }
})

test('too narrow a scope is a 403 that names the scope to ask for', async () => {
  await using api = await openPair()
  const reach = { role: 'patient', practiceId: 'oak', patientId: 'ada' } as const
  const { token } = await api.issueToken([reach], { scopes: ['openid', 'patient/Patient.read'] })
  assert.equal((await api.get('Patient', token)).status, 200)
  for (const path of ['Immunization', 'Immunization/a1', 'Immunization/b1', 'Immunization/none']) {
    const { status, json, headers } = await api.get(path, token)
    assert.equal(status, 403)
    assert.match(String(json.detail), /patient\/Immunization\.read/)
    const challenge = String(headers['www-authenticate'])
    assert.match(challenge, /error="insufficient_scope"/)
    assert.match(challenge, /scope="patient\/Immunization\.read"/)
  }
  const { token: search } = await api.issueToken([reach], { scopes: ['patient/Immunization.s'] })
  assert.equal((await api.get('Immunization', search)).status, 200)
  assert.equal((await api.get('Immunization/a1', search)).status, 403)
  const { token: system } = await api.issueToken([reach], { scopes: ['system/*.read'] })
  assert.equal((await api.get('Patient', system)).status, 403)
})

test("someone else's id and an id that does not exist answer alike but for the request id", async () => {
  await using api = await openPair()
  const ask = async (path: string) => {
    const { status, text, headers } = await api.get(path, api.ada)
    const requestId = String(headers['x-request-id'])
    assert.match(requestId, /^req_/)
    assert.ok(text.includes(requestId))
    const { date: _, ratelimit: _standing, ...others } = headers
    return { status, text: text.replaceAll(requestId, ''), headers: { ...others, 'x-request-id': '' } }
  }
  const absent = await ask('Immunization/zz')
  assert.equal(absent.status, 404)
  assert.deepEqual(await ask('Immunization/b1'), absent)
  assert.deepEqual(await ask(`Immunization/${'x'.repeat(400)}`), absent)
  assert.deepEqual(await ask('Immunization/not%20an%20id'), absent)
})

test('other methods are a 405 with Allow, also without a token and with any body', async () => {
  await using api = await openPair()
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
    const answer = await api.app.inject({
      method,
      url: '/onpatient_api/fhir/Patient',
      headers: { 'content-type': 'application/json' },
      payload: '{broken',
    })
    assert.equal(answer.statusCode, 405, method)
    assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS')
    assert.equal(answer.json().resourceType, 'OperationOutcome')
  }
})

test('every answer can be read by a browser application of any origin', async () => {
  await using api = await openPair()
  const browser = { origin: 'https://app.example' }
  const answers = [
    await api.get('Patient', api.ada, browser),
    await api.get('Patient', undefined, browser),
    await api.get('Patient/none', api.ada, browser),
    await api.get('Patient?_count=0', api.ada, browser),
    await api.get('Nothing', api.ada, browser),
  ]
  for (const { headers } of answers) {
    assert.equal(headers['access-control-allow-origin'], '*')
    assert.equal(headers['access-control-allow-credentials'], undefined)
    assert.match(String(headers['access-control-expose-headers']), /WWW-Authenticate/)
    assert.match(String(headers['access-control-expose-headers']), /X-Request-Id/)
  }
})

test('a preflight for the Authorization header is answered, on every form of the path', async () => {
  await using api = await openPair()
  for (const url of [
    '/onpatient_api/fhir/Patient',
    '/onpatient_api/fhir/Patient/x',
    '//onpatient_api/fhir/Patient/',
  ]) {
    const answer = await api.app.inject({
      method: 'OPTIONS',
      url,
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    })
    assert.equal(answer.statusCode, 204, url)
    assert.equal(answer.headers['access-control-allow-origin'], '*')
    assert.match(String(answer.headers['access-control-allow-headers']), /Authorization/)
  }
})

test('a database that cannot serve is a 503 with Retry-After, a bug a 500 without its words', async () => {
  const lock = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })
  for (const [error, status] of [
    [lock, 503],
    [new TypeError('secret words of a bug'), 500],
  ] as const) {
    const { fastify } = await import('fastify')
    const { classicApi } = await import('#server/apis/classic/classic.ts')
    const app = fastify()
    const access = { open: async () => Promise.reject(error) }
    const rateLimits = createRateLimits({ limits: readLimits({}), clock: systemClock })
    await app.register(
      classicApi({
        rateLimits,
        access,
        fhirUrl: 'http://localhost',
        portalUrl: 'http://localhost',
        cursorKey: 'k',
      }),
    )
    const answer = await app.inject({
      url: '/onpatient_api/fhir/Patient',
      headers: { authorization: 'Bearer x' },
    })
    assert.equal(answer.statusCode, status)
    assert.equal(answer.headers['retry-after'], status === 503 ? '10' : undefined)
    assert.doesNotMatch(answer.payload, /secret words|locked\.\.\./)
    await app.close()
  }
})
