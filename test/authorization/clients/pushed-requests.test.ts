import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { answerConsent, openConsent, postToken, readApi } from '../../support/authorize.ts'
import { type Answer, openBrowser } from '../../support/browser.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../../support/people.ts'
import { startApp, type TestApp } from '../../support/start-app.ts'
import { aKey, aKeyApplication, assertionType, signAssertion } from './client-keys.ts'

const person = 'ana@example.com'
type Form = Record<string, string>

describe('pushed authorization requests', () => {
  let app: TestApp
  let clinic: Clinic
  let client: { id: string; secret: string }
  let other: { id: string; secret: string }
  let strict: { id: string; secret: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'South Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, person, ['ana'])
    client = await anApplication(app, clinic)
    other = await anApplication(app, clinic)
    strict = await anApplication(app, clinic, { requiresPar: true })
  })
  after(() => app[Symbol.asyncDispose]())

  const by = ({ id, secret }: { id: string; secret: string }) => ({ client_id: id, client_secret: secret })
  const request = { response_type: 'code', redirect_uri: redirectUri, state: 'xyz' }
  const push = async (form: Form, headers: Form = {}) => {
    const response = await fetch(`${app.portalUrl}/o/par/`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers,
    })
    const body = (await response.json()) as Record<string, unknown> & { request_uri: string }
    return { status: response.status, body }
  }
  const redeem = (code: string | null, as: Form, extra: Form = {}) =>
    postToken(app, {
      grant_type: 'authorization_code',
      code: code ?? '',
      redirect_uri: redirectUri,
      ...as,
      ...extra,
    })
  /** Goes where the browser brings the reference; ends back at the application. */
  const bring = async (clientId: string, request_uri: string, extra: Form = {}) => {
    const params = { client_id: clientId, request_uri, ...extra }
    const { browser, page } = await openConsent(app, params, person)
    const back = await answerConsent(app, browser, page)
    return new URL(back.location ?? 'about:blank').searchParams
  }
  const open = async (params: Form) => {
    const browser = openBrowser()
    return browser.follow(
      await browser.get(`${app.portalUrl}/o/authorize/?${new URLSearchParams(params)}`),
      app.portalUrl,
    )
  }

  test('the reference stands for the whole request, and the answer names the issuer', async () => {
    const { status, body } = await push({ ...request, scope: 'patient/Immunization.read', ...by(client) })
    assert.equal(status, 201, JSON.stringify(body))
    assert.match(body.request_uri, /^urn:ietf:params:oauth:request_uri:/)
    assert.ok(Number(body.expires_in) > 0 && Number(body.expires_in) <= 600)
    const back = await bring(client.id, body.request_uri)
    assert.equal(back.get('state'), 'xyz')
    assert.equal(back.get('iss'), app.portalUrl)
    const tokens = await redeem(back.get('code'), by(client))
    assert.equal(tokens.status, 200, JSON.stringify(tokens.body))
    assert.ok(tokens.body.scope.split(' ').includes('patient/Immunization.read'))
    assert.equal((await readApi(app, 'Immunization', tokens.body.access_token)).status, 200)
  })

  test('scope left out means all scopes of the application', async () => {
    const back = await bring(client.id, (await push({ ...request, ...by(client) })).body.request_uri)
    const { body } = await redeem(back.get('code'), by(client))
    assert.ok(body.scope.split(' ').includes('patient/*.read'), body.scope)
  })

  test('a client pushes by HTTP Basic, by its key, and as a public one with PKCE', async () => {
    const basic = Buffer.from(`${client.id}:${client.secret}`).toString('base64')
    assert.equal((await push(request, { authorization: `Basic ${basic}` })).status, 201)
    const key = await aKey('ES384')
    const keyed = await aKeyApplication(app, clinic, key)
    const client_assertion = await signAssertion(app, keyed.id, key, { claims: { aud: app.portalUrl } })
    assert.equal(
      (await push({ ...request, client_assertion_type: assertionType, client_assertion })).status,
      201,
    )
    const open = await anApplication(app, clinic, { kind: 'public' })
    const code_verifier = randomBytes(32).toString('base64url')
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const pushed = await push({
      ...request,
      client_id: open.id,
      code_challenge,
      code_challenge_method: 'S256',
    })
    assert.equal(pushed.status, 201, JSON.stringify(pushed.body))
    const back = await bring(open.id, pushed.body.request_uri)
    assert.equal((await redeem(back.get('code'), { client_id: open.id }, { code_verifier })).status, 200)
  })

  test('what the browser adds to the reference counts for nothing', async () => {
    const { body } = await push({ ...request, scope: 'patient/Immunization.read', ...by(client) })
    const extra = { scope: 'patient/*.read', state: 'evil', redirect_uri: 'https://evil.example/' }
    const back = await bring(client.id, body.request_uri, extra)
    assert.equal(back.get('state'), 'xyz')
    const tokens = await redeem(back.get('code'), by(client))
    assert.ok(!tokens.body.scope.includes('patient/*'), tokens.body.scope)
  })

  test('an application that must push can start in no other way', async () => {
    const plain = await open({ ...request, client_id: strict.id })
    assert.match(plain.location ?? plain.body, /error=invalid_request|could not be connected/)
    const { body } = await push({ ...request, ...by(strict) })
    const back = await bring(strict.id, body.request_uri)
    assert.equal((await redeem(back.get('code'), by(strict))).status, 200)
  })

  test('a reference works once', async () => {
    const { body } = await push({ ...request, ...by(client) })
    assert.ok((await bring(client.id, body.request_uri)).get('code'))
    const again = await open({ client_id: client.id, request_uri: body.request_uri })
    assertRefused(again)
  })

  const references: Array<[string, () => Promise<Form>]> = [
    ['of another application', async () => ofOther()],
    [
      'that is made up',
      async () => ({ request_uri: 'urn:ietf:params:oauth:request_uri:none', client_id: client.id }),
    ],
    ['to a foreign server', async () => ({ request_uri: 'https://evil.example/r', client_id: client.id })],
    ['that is a minute too old', async () => expired()],
    [
      'without client_id',
      async () => ({ request_uri: (await push({ ...request, ...by(client) })).body.request_uri }),
    ],
  ]
  for (const [title, params] of references)
    test(`a reference ${title} brings no code, and goes nowhere but to the application`, async () => {
      assertRefused(await open(await params()))
    })

  /** Shown to the person, or sent as an error to the only redirect URI that is registered. */
  function assertRefused(page: Answer): void {
    if (page.location === undefined) {
      assert.equal(page.status, 400)
      assert.match(page.body, /could not be connected/)
      return
    }
    const back = new URL(page.location)
    assert.equal(`${back.origin}${back.pathname}`, redirectUri)
    assert.match(
      String(back.searchParams.get('error')),
      /^invalid_request(_uri|_object)?$|^request_uri_not_supported$/,
    )
    assert.equal(back.searchParams.get('code'), null)
    assert.equal(back.searchParams.get('iss'), app.portalUrl)
  }

  const refused: Array<[string, Form, number, string]> = [
    ['without a client', { client_id: '', client_secret: '' }, 401, 'invalid_client'],
    ['with a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client'],
    ['with an unknown client', { client_id: 'app_none' }, 401, 'invalid_client'],
    [
      'with a redirect URI that is not registered',
      { redirect_uri: 'https://evil.example/' },
      400,
      'invalid_request',
    ],
    [
      'with a reference in it',
      { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
      400,
      'request_uri_not_supported',
    ],
    ['with a scope that is not registered', { scope: 'patient/*.cruds' }, 400, 'invalid_scope'],
    ['with the response type token', { response_type: 'token' }, 400, 'unsupported_response_type'],
    [
      'with PKCE by plain',
      { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' },
      400,
      'invalid_request',
    ],
    ['with aud of another server', { aud: 'https://evil.example/fhir' }, 400, 'invalid_request'],
  ]
  for (const [title, change, status, error] of refused)
    test(`is refused ${title}`, async () => {
      const answer = await push({ ...request, ...by(client), ...change })
      assert.equal(answer.body.error, error, JSON.stringify(answer.body))
      assert.equal(answer.status, status)
      assert.ok(String(answer.body.error_description).length > 20, JSON.stringify(answer.body))
      assert.ok(answer.body.request_id)
    })

  test('GET is 405, and another type of body is refused', async () => {
    assert.equal((await fetch(`${app.portalUrl}/o/par/`)).status, 405)
    const response = await fetch(`${app.portalUrl}/o/par/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...request, ...by(client) }),
    })
    assert.equal(response.status, 400)
  })

  test('the discovery documents name it', async () => {
    for (const path of [
      `${app.portalUrl}/.well-known/oauth-authorization-server`,
      `${app.fhirUrl}/fhir/r4/.well-known/smart-configuration`,
    ]) {
      const document = (await (await fetch(path)).json()) as Record<string, unknown>
      assert.equal(document.pushed_authorization_request_endpoint, `${app.portalUrl}/o/par/`)
      assert.equal(document.authorization_response_iss_parameter_supported, true)
    }
  })

  async function ofOther(): Promise<Form> {
    const { body } = await push({ ...request, ...by(other) })
    return { request_uri: body.request_uri, client_id: client.id }
  }
  async function expired(): Promise<Form> {
    const { body } = await push({ ...request, ...by(client) })
    app.clock.forward(Number(body.expires_in) + 1)
    return { request_uri: body.request_uri, client_id: client.id }
  }
})
