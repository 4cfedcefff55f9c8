import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { getTokens } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

describe('userinfo', () => {
  let app: TestApp
  let clinic: Clinic
  let client: { id: string; secret: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'West Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, 'ana@example.com', ['ana'])
    client = await anApplication(app, clinic)
  })
  after(() => app[Symbol.asyncDispose]())

  const ask = async (token: string | undefined, init: RequestInit = {}, path = '/o/userinfo/') => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(`${app.portalUrl}${path}`, { ...init, headers })
    return { response, body: (await response.json()) as Record<string, string> }
  }

  test('says what the scopes ask for and nothing else, by GET and POST', async () => {
    const account = await app.nouns.accounts.findByEmail('ana@example.com')
    const cases: Array<[string, object]> = [
      ['openid', { sub: account?.id }],
      ['openid profile', { sub: account?.id, name: account?.displayName }],
    ]
    for (const [scope, expected] of cases) {
      const tokens = await getTokens(app, client, 'ana@example.com', { scope: `${scope} patient/*.rs` })
      for (const method of ['GET', 'POST']) {
        const { response, body } = await ask(tokens.access_token, { method })
        assert.equal(response.status, 200)
        assert.equal(response.headers.get('cache-control'), 'no-store')
        assert.equal(response.headers.get('access-control-allow-origin'), '*')
        assert.deepEqual(body, expected)
      }
    }
  })

  test('fhirUser is the one of the id_token', async () => {
    const tokens = await getTokens(app, client, 'ana@example.com', { scope: 'openid fhirUser patient/*.rs' })
    const claims = JSON.parse(
      Buffer.from(String(tokens.id_token).split('.')[1] ?? '', 'base64url').toString(),
    )
    const { body } = await ask(tokens.access_token)
    assert.equal(body.fhirUser, claims.fhirUser)
    assert.equal(body.sub, claims.sub)
  })

  test('a token without openid, an unknown one and none are refused as RFC 6750 says', async () => {
    const { access_token } = await getTokens(app, client, 'ana@example.com', { scope: 'patient/*.rs' })
    const narrow = await ask(access_token)
    assert.deepEqual([narrow.response.status, narrow.body.error], [403, 'insufficient_scope'])
    assert.match(narrow.response.headers.get('www-authenticate') ?? '', /scope="openid"/)
    const unknown = await ask('ops_unknown')
    assert.deepEqual([unknown.response.status, unknown.body.error], [401, 'invalid_token'])
    const none = await ask(undefined)
    assert.equal(none.response.status, 401)
    assert.equal(none.response.headers.get('www-authenticate'), 'Bearer realm="onpatient"')
    const inAddress = await ask(undefined, {}, `/o/userinfo/?access_token=${access_token}`)
    assert.equal(inAddress.response.status, 401)
  })

  test('it ends with the access', async () => {
    const tokens = await getTokens(app, client, 'ana@example.com', { scope: 'openid patient/*.rs' })
    assert.equal((await ask(tokens.access_token)).response.status, 200)
    await fetch(`${app.portalUrl}/o/revoke/`, {
      method: 'POST',
      body: new URLSearchParams({
        token: tokens.access_token,
        client_id: client.id,
        client_secret: client.secret,
      }),
    })
    assert.equal((await ask(tokens.access_token)).response.status, 401)
  })

  test('the discovery document names it', async () => {
    const found = (await (await fetch(`${app.portalUrl}/.well-known/openid-configuration`)).json()) as object
    assert.equal((found as { userinfo_endpoint: string }).userinfo_endpoint, `${app.portalUrl}/o/userinfo/`)
  })
})
