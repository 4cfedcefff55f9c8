import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startApp, type TestApp } from '../support/start-app.ts'

interface Extension {
  url: string
  valueUri?: string
  extension?: Extension[]
}

interface Conformance extends Record<string, unknown> {
  rest: Array<{
    mode: string
    resource?: unknown
    security: { extension: Extension[]; service: Array<{ coding: Array<{ code: string }> }> }
  }>
}

describe('the DSTU2 base', () => {
  let app: TestApp
  before(async () => {
    app = await startApp({ REGISTRATION: 'open' })
  })
  after(() => app[Symbol.asyncDispose]())

  const get = (path: string, init: RequestInit = {}) =>
    fetch(`${app.portalUrl}${path}`, { redirect: 'manual', ...init })
  const urisOf = ({ rest }: Conformance) =>
    Object.fromEntries(
      (rest[0]?.security.extension[0]?.extension ?? []).map(({ url, valueUri }) => [url, valueUri]),
    )

  test('its Conformance needs no token and tells where to authorize', async () => {
    const response = await get('/api/fhir/metadata', { headers: { accept: 'application/json+fhir' } })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'application/json+fhir; charset=utf-8')
    const found = (await response.json()) as Conformance
    assert.deepEqual(
      [found.resourceType, found.kind, found.fhirVersion, found.acceptUnknown, found.format],
      ['Conformance', 'instance', '1.0.2', 'both', ['application/json+fhir', 'application/json']],
    )
    assert.equal(found.rest[0]?.security.service[0]?.coding[0]?.code, 'SMART-on-FHIR')
    assert.deepEqual(urisOf(found), {
      authorize: `${app.portalUrl}/o/authorize/`,
      token: `${app.portalUrl}/o/token/`,
      manage: `${app.portalUrl}/account/settings/connected-apps`,
      register: `${app.portalUrl}/o/register/`,
    })
  })

  test('it lists no type of record but the statement itself, because it serves none', async () => {
    const found = (await (await get('/api/fhir/metadata')).json()) as Conformance
    assert.deepEqual(found.rest[0]?.resource, [{ type: 'Conformance', interaction: [{ code: 'read' }] }])
    assert.deepEqual(await (await get(`/api/fhir/Conformance/${found.id}`)).json(), found)
    for (const path of ['Patient', 'Patient/ana', 'Observation?patient=ana', '', 'metadata/x'])
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        const response = await fetch(`${app.portalUrl}/api/fhir/${path}`, { method, redirect: 'manual' })
        const outcome = (await response.json()) as {
          resourceType: string
          issue: Array<{ code: string; details: { text: string } }>
        }
        assert.deepEqual([response.status, outcome.resourceType], [404, 'OperationOutcome'])
        assert.equal(outcome.issue[0]?.code, 'not-found')
        assert.match(outcome.issue[0]?.details.text ?? '', /No records are served in DSTU2 yet/)
      }
  })

  test('JSON comes under the name that was asked for, and never a page', async () => {
    const cases: Array<[string | undefined, string]> = [
      [undefined, 'application/json+fhir'],
      ['*/*', 'application/json+fhir'],
      ['application/json', 'application/json'],
      ['application/fhir+json', 'application/fhir+json'],
      ['text/html,application/xhtml+xml', 'application/json+fhir'],
    ]
    for (const [accept, type] of cases) {
      const response = await get('/api/fhir/metadata', accept === undefined ? {} : { headers: { accept } })
      assert.equal(response.headers.get('content-type'), `${type}; charset=utf-8`)
    }
  })

  test('slashes too many do not matter, and other methods are refused with those that work', async () => {
    for (const path of ['/api/fhir/metadata/', '//api/fhir/metadata', '/api//fhir/metadata'])
      assert.equal((await get(path)).status, 200, path)
    const response = await get('/api/fhir/metadata', { method: 'POST' })
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, HEAD, OPTIONS'])
  })

  test('its SMART configuration is that of the other bases', async () => {
    const own = await get('/api/fhir/.well-known/smart-configuration')
    assert.match(own.headers.get('content-type') ?? '', /^application\/json/)
    const other = await fetch(`${app.fhirUrl}/fhir/r4/.well-known/smart-configuration`)
    assert.deepEqual(await own.json(), await other.json())
  })

  test('every answer may be read by applications in the browser', async () => {
    for (const path of ['metadata', '.well-known/smart-configuration', 'Patient']) {
      const response = await get(`/api/fhir/${path}`, { headers: { origin: 'https://app.example' } })
      assert.equal(response.headers.get('access-control-allow-origin'), '*', path)
    }
    const preflight = await get('/api/fhir/metadata', {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' },
    })
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
  })
})

test('the DSTU2 base names no registration where there is none, and stays at the portal with two origins', async () => {
  await using app = await startApp({ FHIR_URL: 'http://127.0.0.1:0' })
  const found = (await (await fetch(`${app.portalUrl}/api/fhir/metadata`)).json()) as Conformance
  const uris = found.rest[0]?.security.extension[0]?.extension ?? []
  assert.equal(
    uris.some(({ url }) => url === 'register'),
    false,
  )
  const patient = (await (await fetch(`${app.portalUrl}/api/fhir/Patient`)).json()) as object
  assert.ok(JSON.stringify(patient).includes(`${app.fhirUrl}/fhir/r4`))
})
