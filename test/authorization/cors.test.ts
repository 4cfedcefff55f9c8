import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { getTokens } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const origin = 'https://spa.example.com'

/** What a browser application reads of an answer beyond its body. */
const readable = [
  ...['etag', 'location', 'last-modified', 'link', 'www-authenticate', 'retry-after', 'x-request-id'],
  ...['ratelimit', 'ratelimit-policy'],
  ...['dpop-nonce', 'allow'],
]

const sendable = [
  ...['authorization', 'dpop', 'content-type', 'accept', 'prefer'],
  ...['if-none-match', 'if-match', 'if-modified-since', 'if-none-exist'],
]

const namesIn = (value: string | null) => new Set((value ?? '').toLowerCase().split(/\s*,\s*/))

describe('an application in a browser of any origin', () => {
  let app: TestApp
  let clinic: Clinic
  let client: { id: string; secret: string }
  let bearer: { authorization: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'East Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, 'ana@example.com', ['ana'])
    client = await anApplication(app, clinic)
    const scope = 'patient/Patient.rs'
    const { access_token } = await getTokens(app, client, 'ana@example.com', { scope })
    bearer = { authorization: `Bearer ${access_token}` }
  })
  after(() => app[Symbol.asyncDispose]())

  const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(app.portalUrl + path, {
      method,
      headers: { origin, ...headers },
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const json = { 'content-type': 'application/fhir+json' }
  const proof = () => `client_id=${client.id}&client_secret=${client.secret}`

  const answers: Array<[string, string, string, number, (() => Record<string, string>)?, (() => string)?]> = [
    ['discovery', 'GET', '/.well-known/openid-configuration', 200],
    ['discovery of OAuth', 'GET', '/.well-known/oauth-authorization-server', 200],
    ['keys', 'GET', '/.well-known/jwks.json', 200],
    ['SMART, r4', 'GET', '/fhir/r4/.well-known/smart-configuration', 200],
    ['SMART, classic', 'GET', '/onpatient_api/fhir/.well-known/smart-configuration', 200],
    ['capabilities, r4', 'GET', '/fhir/r4/metadata', 200],
    ['an address of classic that is none', 'GET', '/onpatient_api/fhir/nothing', 404],
    ['the style', 'GET', '/smart-style.json', 200],
    ['a token request that is faulty', 'POST', '/o/token/', 400, () => form, () => `grant_type=x&${proof()}`],
    ['a token request by nobody', 'POST', '/o/token/', 401, () => form, () => `${proof()}x&grant_type=x`],
    ['a token request in JSON', 'POST', '/o/token/', 400, () => json, () => '{}'],
    ['a token request by GET', 'GET', '/o/token/', 405],
    ['a token request with its secret in the address', 'POST', '/o/token/?client_secret=x', 400],
    ['revocation', 'POST', '/o/revoke/', 200, () => form, () => `token=x&${proof()}`],
    ['revocation by nobody', 'POST', '/o/revoke/', 401, () => form, () => `token=x&${proof()}x`],
    ['revocation by PUT', 'PUT', '/o/revoke/', 405],
    ['introspection', 'POST', '/o/introspect/', 200, () => form, () => `token=x&${proof()}`],
    ['introspection by nobody', 'POST', '/o/introspect/', 401, () => form, () => `token=x&${proof()}x`],
    ['introspection by GET', 'GET', '/o/introspect/', 405],
    ['a pushed request that is faulty', 'POST', '/o/par/', 400, () => form, proof],
    ['registration that is off', 'POST', '/o/register/', 404],
    ['userinfo without a token', 'GET', '/o/userinfo/', 401],
    ['userinfo without openid', 'GET', '/o/userinfo/', 403, () => bearer],
    ...['/fhir/r4', '/onpatient_api/fhir'].flatMap((base): typeof answers => [
      [`${base}, a record`, 'GET', `${base}/Patient/ana`, 200, () => bearer],
      [`${base}, no token`, 'GET', `${base}/Patient`, 401],
      [`${base}, an unknown token`, 'GET', `${base}/Patient`, 401, () => ({ authorization: 'Bearer x' })],
      [`${base}, a token in the address`, 'GET', `${base}/Patient?access_token=x`, 401],
      [`${base}, beyond the scope`, 'GET', `${base}/Immunization`, 403, () => bearer],
      [`${base}, another record`, 'GET', `${base}/Patient/ben`, 404, () => bearer],
      [`${base}, an unknown type`, 'GET', `${base}/Nothing`, 404, () => bearer],
      [`${base}, a query that is faulty`, 'GET', `${base}/Patient?_count=-1`, 400, () => bearer],
    ]),
    [
      'a write without the right',
      'POST',
      '/fhir/r4/Patient',
      403,
      () => ({ ...bearer, ...json }),
      () => '{"resourceType":"Patient"}',
    ],
    ['discovery by POST', 'POST', '/.well-known/openid-configuration', 405],
    ['keys by PUT', 'PUT', '/.well-known/jwks.json', 405],
    ['userinfo by DELETE', 'DELETE', '/o/userinfo', 405],
    ...['/fhir/r4', '/onpatient_api/fhir', '/api/fhir', '/o/token'].map((base): (typeof answers)[number] => [
      `${base}, an address that cannot be read`,
      'GET',
      `${base}/%zz`,
      400,
    ]),
    ['a method that r4 has not', 'DELETE', '/fhir/r4', 405, () => bearer],
    ['a method that classic has not', 'DELETE', '/onpatient_api/fhir/Patient/ana', 405, () => bearer],
  ]
  for (const [title, method, path, status, headers, body] of answers)
    test(`reads the answer to ${title} (${status})`, async () => {
      const response = await send(method, path, headers?.(), body?.())
      assert.equal(response.status, status, await response.text())
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
      assert.equal(response.headers.get('access-control-allow-credentials'), null)
      const exposed = namesIn(response.headers.get('access-control-expose-headers'))
      for (const name of readable) assert.ok(exposed.has(name), `${name} is not among ${[...exposed]}`)
    })

  const preflights: Array<[string, string[], string[]]> = [
    ['/o/token/', ['POST'], ['authorization', 'content-type', 'dpop']],
    ['/o/revoke/', ['POST'], ['authorization', 'content-type']],
    ['/o/introspect/', ['POST'], ['authorization', 'content-type']],
    ['/o/par/', ['POST'], ['authorization', 'content-type', 'dpop']],
    ['/o/userinfo/', ['GET', 'POST'], ['authorization', 'dpop']],
    ['/.well-known/openid-configuration', ['GET'], ['accept', 'cache-control', 'x-requested-with']],
    ['/.well-known/oauth-authorization-server', ['GET'], ['accept', 'cache-control', 'x-requested-with']],
    ['/.well-known/jwks.json', ['GET'], ['accept', 'cache-control', 'x-requested-with']],
    ['/smart-style.json', ['GET'], ['accept', 'cache-control', 'x-requested-with']],
    ...['/fhir/r4', '/onpatient_api/fhir'].flatMap((base): typeof preflights =>
      ['/Patient/ana', '/metadata', '/.well-known/smart-configuration'].map((path) => [
        base + path,
        ['GET'],
        sendable,
      ]),
    ),
    ['/fhir/r4/Patient/ana', ['POST', 'PUT', 'PATCH', 'DELETE'], sendable],
  ]
  for (const [path, methods, headers] of preflights)
    test(`may ask ${path} by ${methods.join(', ')}, with the headers that it needs`, async () => {
      for (const method of methods) {
        const response = await send('OPTIONS', path, {
          'access-control-request-method': method,
          'access-control-request-headers': headers.join(','),
        })
        assert.equal(response.status, 204)
        assert.equal(response.headers.get('access-control-allow-origin'), '*')
        const allowed = namesIn(response.headers.get('access-control-allow-headers'))
        for (const name of headers) assert.ok(allowed.has(name), `${name} is not among ${[...allowed]}`)
        assert.ok(namesIn(response.headers.get('access-control-allow-methods')).has(method.toLowerCase()))
      }
    })
})

test('an application in a browser learns that it asked too often, and for how long to wait', async () => {
  await using app = await startApp()
  let last = await fetch(`${app.portalUrl}/o/token/`, { headers: { origin } })
  for (let count = 0; count < 700 && last.status !== 429; count++) {
    await last.arrayBuffer()
    last = await fetch(`${app.portalUrl}/o/token/`, { headers: { origin } })
  }
  assert.equal(last.status, 429)
  assert.equal(last.headers.get('access-control-allow-origin'), '*')
  assert.ok(Number(last.headers.get('retry-after')) > 0)
  assert.match(((await last.json()) as { error_description: string }).error_description, /Wait \d+ second/)
})
