import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { getTokens } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

/** More by a flag: `RANDOM_REQUESTS=100000 npm test test/robustness/*.test.ts`. */
const runs = Number(process.env.RANDOM_REQUESTS ?? (process.env.CI === 'true' ? 100_000 : 4000))

interface RandomRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: string
}

const words = fc.constantFrom(
  ...[
    'Patient',
    'Observation',
    'Immunization',
    'ana',
    'ana-imm-0000',
    '_history',
    '1',
    '$everything',
    '$validate',
    'metadata',
  ],
  ...[
    '_search',
    '..',
    '.',
    '%2e%2e',
    '%',
    '%00',
    '%ff',
    '',
    ' ',
    'ä',
    '🙂',
    'x'.repeat(300),
    'null',
    '-1',
    '1e999',
  ],
)
const names = fc.constantFrom(
  ...['patient', 'date', 'since', '_id', 'page-size', 'page_size', '_count', 'cursor', '_sort', '_include'],
  ...[
    '_revinclude',
    '_has:Observation:patient:code',
    'patient.name',
    'subject:Patient.family',
    'name:exact',
    'code:not',
  ],
  ...[
    '_summary',
    '_elements',
    '_total',
    '_format',
    '_pretty',
    'value-quantity',
    'code:missing',
    '_lastUpdated',
    'access_token',
  ],
  ...[
    'response_type',
    'client_id',
    'redirect_uri',
    'scope',
    'state',
    'code',
    'grant_type',
    'code_challenge',
    'next',
    'token',
  ],
  ...['constructor', '__proto__', 'a b', '%', ''],
)
const values = fc.oneof(
  fc.string({ maxLength: 40 }).map(encodeURIComponent),
  fc.string({ maxLength: 20, unit: 'binary' }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom(
    ...[
      'ana',
      'Patient/ana',
      'ge2020',
      '2020-13-45',
      '9999999999999',
      '-date',
      'Observation:subject',
      '*',
      'true',
    ],
    ...[
      'gt5.4|http://unitsofmeasure.org|mg',
      '||',
      '|||',
      '$',
      '\\',
      'code',
      'patient/*.read',
      '%',
      '%zz',
      '%ed%a0%80',
    ],
    ...[
      'authorization_code',
      'refresh_token',
      'https://app.example.com/redirect_uri',
      'a,'.repeat(300),
      '('.repeat(50),
    ],
  ),
)
const roots = fc.constantFrom(
  ...[
    '/onpatient_api/fhir',
    '/fhir/r4',
    '/fhir',
    '/o/authorize',
    '/o/token',
    '/o/revoke',
    '/o/introspect',
    '/o/interaction',
  ],
  ...[
    '/signin',
    '/signup',
    '/signup/finish',
    '/reset',
    '/invitation',
    '/portal-api',
    '/portal-api/records',
    '/demo/client',
  ],
  ...['/.well-known', '/api_fhir/api-docs', '/assets', '/account/settings', '//onpatient_api//fhir', '/'],
)

const paths = fc
  .tuple(roots, fc.array(words, { maxLength: 4 }), fc.array(fc.tuple(names, values), { maxLength: 5 }))
  .map(([root, parts, pairs]) => {
    const path = [root, ...parts].join('/')
    const query = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${value}`).join('&')
    return encodeURI(`${path}${query ? '?' : ''}`).replaceAll('%25', '%') + query
  })

const types = [
  'application/x-www-form-urlencoded',
  'application/json',
  'text/plain',
  'multipart/form-data',
  'x',
]
const bodies = fc.oneof(
  fc.constantFrom(
    '',
    '{',
    '[]',
    'null',
    '{"a":'.repeat(50),
    'grant_type=refresh_token&refresh_token=x',
    '_csrf=x&email=%ff',
  ),
  fc.string({ maxLength: 60 }),
)

describe('random requests', () => {
  let app: TestApp
  let token: string
  let agent: Agent
  before(async () => {
    app = await startApp()
    const clinic = await aClinic(app, 'Noise')
    await aPatient(app, clinic, 'ana', { observations: 5 })
    await aReader(app, clinic, 'ana@example.com', ['ana'])
    token = (await getTokens(app, await anApplication(app, clinic), 'ana@example.com')).access_token
    agent = new Agent({ keepAlive: true, maxSockets: 4 })
  })
  after(async () => {
    agent.destroy()
    await app[Symbol.asyncDispose]()
  })

  function send({ method, path, headers, body }: RandomRequest): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: app.port, method, path, headers, agent },
        (response) => {
          response.resume()
          response.on('end', () => resolve(response.statusCode ?? 0))
        },
      )
      sent.on('error', reject)
      sent.end(method === 'GET' || method === 'HEAD' ? undefined : body)
    })
  }

  test(`${runs} of them, of every kind, never lead to a 5xx, and the server goes on`, async () => {
    const requests = fc.record({
      method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'),
      path: paths,
      headers: fc.record({
        authorization: fc.constantFrom(
          '',
          `Bearer ${'TOKEN'}`,
          `Bearer ${'TOKEN'}`,
          'Basic eDp5',
          'Bearer',
          'x'.repeat(500),
        ),
        'content-type': fc.constantFrom(...types),
        accept: fc.constantFrom('*/*', 'text/html', 'application/fhir+xml', ';;;', 'application/json;q=x'),
        cookie: fc.constantFrom('', 'onpatient_sign_in=x; onpatient_form=%', '_interaction=x', '=;=;'),
        prefer: fc.constantFrom('', 'handling=strict'),
      }),
      body: bodies,
    })
    await fc.assert(
      fc.asyncProperty(requests, async (random) => {
        const authorization = random.headers.authorization.replace('TOKEN', token)
        const status = await send({ ...random, headers: { ...random.headers, authorization } })
        assert.ok(status > 0 && status < 500, `${random.method} ${random.path} answered ${status}`)
      }),
      { numRuns: runs, seed: 20261124, endOnFailure: true },
    )
    assert.equal((await fetch(`${app.portalUrl}/readyz`)).status, 200)
  })
})
