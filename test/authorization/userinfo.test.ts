import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openPortal } from '../portal-api/open-portal.ts'
import { answerConsent, getTokens, openConsent, postToken, readApi } from '../support/authorize.ts'
import {
  aClinic,
  anAccount,
  anApplication,
  aPatient,
  aReader,
  type Clinic,
  redirectUri,
} from '../support/people.ts'
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
    const account = await app.modules.accounts.findByEmail('ana@example.com')
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

  const claimsOf = ({ id_token }: Record<string, unknown>) =>
    JSON.parse(Buffer.from(String(id_token).split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >
  const get = async (path: string, token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${app.fhirUrl}/fhir/r4/${path}`, { headers })).status
  }

  async function assertSignInAlone(email: string, scope: string, expected: Record<string, unknown>) {
    const tokens = await getTokens(app, client, email, { scope, nonce: 'n-1', launch: '' })
    assert.equal('patient' in tokens, false)
    const asked = scope.split(' ').filter((each) => each !== 'launch/patient')
    // Letter by letter what was asked for: oauthlib refuses an answer with another scope.
    assert.deepEqual(tokens.scope.split(' ').sort(), asked.sort())
    assert.deepEqual((await ask(tokens.access_token)).body, expected)
    const { sub, nonce, name, email: address, email_verified } = claimsOf(tokens)
    const { name: wanted, email: wantedAddress, email_verified: isVerified } = expected
    assert.deepEqual(
      [sub, nonce, name, address, email_verified],
      [expected.sub, 'n-1', wanted, wantedAddress, isVerified],
    )
    for (const path of ['Patient', 'Patient/ana', 'Observation', 'Practitioner'])
      assert.equal(await get(path, tokens.access_token), 403, `${email} ${path}`)
    assert.equal((await readApi(app, 'Patient', tokens.access_token)).status, 403)
    const isLasting = asked.includes('offline_access')
    assert.equal('refresh_token' in tokens, isLasting)
    if (!isLasting) return
    const proof = { client_id: client.id, client_secret: client.secret }
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, ...proof }
    const refreshed = await postToken(app, form)
    assert.equal(refreshed.status, 200, JSON.stringify(refreshed.body))
    assert.deepEqual((await ask(refreshed.body.access_token)).body, expected)
  }

  test('sign-in alone works for every kind of account, and opens no record', async () => {
    await anAccount(app, 'nobody@example.com', 'Nora Body')
    for (const email of ['nobody@example.com', 'ana@example.com', clinic.provider.email]) {
      const { id, displayName } = (await app.modules.accounts.findByEmail(email)) ?? assert.fail()
      const known = { sub: id, name: displayName, email, email_verified: true }
      await assertSignInAlone(email, 'openid', { sub: id })
      await assertSignInAlone(email, 'openid profile email', known)
      await assertSignInAlone(email, 'openid profile email launch/patient', known)
      await assertSignInAlone(email, 'openid profile email offline_access', known)
    }
  })

  test('with fhirUser it says who the person is in the records, and opens that entry alone', async () => {
    const tokens = await getTokens(app, client, 'ana@example.com', { scope: 'openid fhirUser' })
    assert.equal(claimsOf(tokens).fhirUser, `${app.fhirUrl}/fhir/r4/Patient/ana`)
    assert.equal('patient' in tokens, false)
    assert.equal(await get('Patient/ana', tokens.access_token), 200)
    assert.equal(await get('Observation', tokens.access_token), 403)
    const none = await getTokens(app, client, 'nobody@example.com', { scope: 'openid fhirUser' })
    assert.equal(none.scope.split(' ').includes('fhirUser'), false)
    assert.equal('fhirUser' in claimsOf(none), false)
  })

  test('the consent page says what the app learns, and that it gets no records; Cancel is access_denied', async () => {
    const params = {
      response_type: 'code',
      client_id: client.id,
      redirect_uri: redirectUri,
      scope: 'openid email',
    }
    const { browser, page } = await openConsent(app, params, 'ana@example.com')
    assert.match(page.body, /Your e-mail address: ana@example\.com/)
    assert.match(page.body, /no access to health records/)
    assert.doesNotMatch(page.body, /Your name:/)
    const faulty = await answerConsent(app, browser, page, { duration: 'nonsense' })
    assert.deepEqual([faulty.status, /Choose for how long/.test(faulty.body)], [400, true])
    const back = await answerConsent(app, browser, page, { decision: 'Cancel' })
    assert.match(back.location ?? '', /error=access_denied/)
    const portal = await openPortal(app, 'ana@example.com')
    await getTokens(app, client, 'ana@example.com', { scope: 'openid email' })
    const [{ grants }] = (await portal.call('GET', '/connected-apps')).body.apps
    assert.ok(grants.some(({ scopes }: { scopes: string[] }) => scopes.includes('email')))
  })

  test('what is discovered names the scopes and claims', async () => {
    const answer = await fetch(`${app.portalUrl}/.well-known/openid-configuration`)
    const found = (await answer.json()) as Record<string, string[]>
    for (const scope of ['openid', 'profile', 'email', 'fhirUser'])
      assert.ok(found.scopes_supported?.includes(scope))
    for (const claim of ['name', 'email', 'email_verified'])
      assert.ok(found.claims_supported?.includes(claim), claim)
  })
})
