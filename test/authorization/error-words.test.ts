import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { authorize, postToken } from '../support/authorize.ts'
import { openBrowser } from '../support/browser.ts'
import { aClinic, anApplication, type Clinic, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

describe('what an authorization error tells the developer', () => {
  let app: TestApp
  let clinic: Clinic
  let clientId: string
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'North Clinic')
    clientId = (await anApplication(app, clinic, { redirectUris: [redirectUri, `${redirectUri}?a=%20+%`] }))
      .id
  })
  after(() => app[Symbol.asyncDispose]())

  const ask = async (change: Record<string, string>) => {
    const params = { response_type: 'code', client_id: clientId, redirect_uri: redirectUri, ...change }
    return openBrowser().get(`${app.portalUrl}/o/authorize/?${new URLSearchParams(params)}`)
  }

  const faults: Array<[string, Record<string, string>, string, RegExp]> = [
    ['a request object', { request: 'eyJ' }, 'request_not_supported', /Leave 'request' out/],
    ['client metadata', { registration: '{}' }, 'registration_not_supported', /Leave it out/],
    ['the implicit grant', { response_type: 'none' }, 'unsupported_response_type', /'code'/],
    [
      'a response mode for scripts',
      { response_mode: 'web_message' },
      'unsupported_response_mode',
      /form_post/,
    ],
    ['a request that must not ask', { prompt: 'none' }, 'login_required', /Leave 'prompt' out/],
    ['a challenge without its method', { code_challenge: 'x'.repeat(43) }, 'invalid_request', /S256/],
    [
      'a challenge that is too short',
      { code_challenge: 'x', code_challenge_method: 'S256' },
      'invalid_request',
      /43/,
    ],
    ['another audience', { aud: 'https://other.example/' }, 'invalid_request', /aud must be one of/],
    ['another resource', { resource: 'https://other.example/' }, 'invalid_target', /Leave 'resource' out/],
    ['scopes that open nothing', { scope: 'profile' }, 'invalid_scope', /may ask for: patient/],
    ['scopes with commas', { scope: 'patient/*.read,openid' }, 'invalid_scope', /separated by spaces/],
    [
      'a hint that is none',
      { id_token_hint: 'x', scope: 'openid patient/*.rs' },
      'invalid_request',
      /Leave it out/,
    ],
  ]
  for (const [title, change, error, words] of faults)
    test(`${title}: ${error}, and what to change`, async () => {
      const { location } = await ask({ state: 'S%20 &=', ...change })
      const reported = new URL(location ?? '').searchParams
      assert.equal(reported.get('error'), error)
      assert.match(String(reported.get('error_description')), words)
      assert.equal(reported.getAll('error_description').length, 1)
      assert.equal(reported.get('state'), 'S%20 &=')
      assert.equal(reported.get('iss'), app.portalUrl)
    })

  test('the own parameters of a redirect URI come back as they were registered', async () => {
    const { location } = await ask({ redirect_uri: `${redirectUri}?a=%20+%`, request: 'x' })
    const reported = new URL(location ?? '').searchParams
    assert.equal(reported.get('a'), '  %')
    assert.equal(reported.get('error'), 'request_not_supported')
  })

  test('a verifier without a challenge is distinguished from a wrong code', async () => {
    const client = await anApplication(app, clinic)
    const code = (await authorize(app, client.id, clinic.provider.email)).get('code') ?? ''
    const { body } = await postToken(app, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      client_id: client.id,
      client_secret: client.secret,
      code_verifier: 'v'.repeat(43),
    })
    assert.match(String(body.error_description), /only one of the two was sent/)
  })
})
