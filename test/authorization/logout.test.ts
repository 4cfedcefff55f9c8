import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { answerConsent, openConsent, postToken, signIn } from '../support/authorize.ts'
import { type Browser, fieldOf, openBrowser } from '../support/browser.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const goodbye = 'https://app.example.com/goodbye?from=onpatient'

/** OpenID Connect RP-Initiated Logout 1.0. */
describe('sign-out started by an application', () => {
  let app: TestApp
  let clinic: Clinic
  let client: { id: string; secret: string }
  let other: { id: string; secret: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'West Clinic')
    for (const id of ['ana', 'ben']) {
      await aPatient(app, clinic, id)
      await aReader(app, clinic, `${id}@example.com`, [id])
    }
    client = await anApplication(app, clinic, { postLogoutRedirectUris: [goodbye] })
    other = await anApplication(app, clinic, { name: 'Another app' })
  })
  after(() => app[Symbol.asyncDispose]())

  /** A person who connects an application: the browser, signed in, and the tokens. */
  async function connect(
    email = 'ana@example.com',
    {
      browser = openBrowser(),
      of = client,
      scope = 'openid patient/*.rs',
    }: { browser?: Browser; of?: typeof client; scope?: string } = {},
  ) {
    const params = { response_type: 'code', client_id: of.id, redirect_uri: redirectUri, scope }
    const { page } = await openConsent(app, params, email, browser)
    const back = await answerConsent(app, browser, page)
    const { body } = await postToken(app, {
      grant_type: 'authorization_code',
      code: new URL(back.location ?? '').searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      client_id: of.id,
      client_secret: of.secret,
    })
    return { browser, tokens: body, idToken: String(body.id_token) }
  }

  const refresh = (refreshToken: string) =>
    postToken(app, {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: client.id,
      client_secret: client.secret,
    })

  const ask = (browser: Browser, params: Record<string, string>) =>
    browser.get(`${app.portalUrl}/o/logout/?${new URLSearchParams(params)}`)

  const isSignedIn = async (browser: Browser) =>
    (await browser.get(`${app.portalUrl}/account/settings`)).status === 200

  test('discovery names the address', async () => {
    for (const path of ['/.well-known/openid-configuration', '/fhir/r4/.well-known/smart-configuration']) {
      const found = (await (await fetch(`${app.portalUrl}${path}`)).json()) as Record<string, unknown>
      assert.equal(found.end_session_endpoint, `${app.portalUrl}/o/logout/`)
    }
  })

  test('the id_token of this sign-in signs out at once, and returns with the state', async () => {
    const { browser, idToken } = await connect()
    const answer = await ask(browser, {
      id_token_hint: idToken,
      post_logout_redirect_uri: goodbye,
      state: 'a b&c=ä',
    })
    assert.equal(answer.status, 303)
    assert.equal(answer.location, `${goodbye}&state=a%20b%26c%3D%C3%A4`)
    assert.equal(await isSignedIn(browser), false)
  })

  test('an expired id_token of this sign-in still does', async () => {
    const { browser, idToken } = await connect()
    app.clock.forward(2 * 24 * 3600)
    await ask(browser, { id_token_hint: idToken })
    assert.equal(await isSignedIn(browser), false)
  })

  test('an id_token that was refreshed is about the same sign-in', async () => {
    const { browser, tokens } = await connect()
    const { body } = await refresh(tokens.refresh_token)
    await ask(browser, { id_token_hint: String(body.id_token) })
    assert.equal(await isSignedIn(browser), false)
  })

  test('a form from the page of the application is asked anew, because no cookie came along', async () => {
    const { browser, idToken } = await connect()
    const response = await fetch(`${app.portalUrl}/o/logout/`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: goodbye }),
    })
    assert.equal(response.status, 303)
    const location = response.headers.get('location') ?? ''
    assert.match(location, /^\/o\/logout\/\?/)
    assert.equal((await browser.get(`${app.portalUrl}${location}`)).location, goodbye)
    assert.equal(await isSignedIn(browser), false)
  })

  const proofs: Array<[string, (mine: string) => Promise<Record<string, string>>]> = [
    ['no id_token', async () => ({ client_id: client.id })],
    ['nothing at all', async () => ({})],
    ['the id_token of another sign-in of the same person', async () => hintOf(await connect())],
    ['the id_token of another person', async () => hintOf(await connect('ben@example.com'))],
    [
      'a forged id_token',
      async (mine) => {
        const [header, claims] = mine.split('.')
        return { id_token_hint: `${header}.${claims}.${'A'.repeat(342)}` }
      },
    ],
    ['an id_token without signature', async (mine) => ({ id_token_hint: unsigned(mine) })],
    ['something else', async () => ({ id_token_hint: 'x' })],
  ]
  const hintOf = ({ idToken }: { idToken: string }) => ({ id_token_hint: idToken })
  const unsigned = (token: string) =>
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`

  for (const [title, make] of proofs)
    test(`asks the person when it comes with ${title}`, async () => {
      const { browser, idToken } = await connect()
      const page = await ask(browser, await make(idToken))
      assert.equal(page.status, 200, page.body)
      assert.match(page.body, /Sign out of onpatient\?/)
      assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self'/)
      assert.equal(await isSignedIn(browser), true)
    })

  test('after the question it signs out and returns', async () => {
    const { browser } = await connect()
    const page = await ask(browser, { client_id: client.id, post_logout_redirect_uri: goodbye, state: 's' })
    const fields = ['_csrf', 'client_id', 'post_logout_redirect_uri', 'state']
    const form = Object.fromEntries(fields.map((name) => [name, fieldOf(page, name)]))
    const sent = await browser.post(`${app.portalUrl}/o/logout/confirm`, form)
    assert.equal(sent.location, `${goodbye}&state=s`)
    assert.equal(await isSignedIn(browser), false)
  })

  test('a page elsewhere cannot answer the question', async () => {
    const { browser } = await connect()
    for (const form of [{}, { _csrf: 'guessed' }]) {
      const sent = await browser.post(`${app.portalUrl}/o/logout/confirm`, form)
      assert.equal(sent.status, 403)
    }
    assert.equal(await isSignedIn(browser), true)
  })

  const addresses = [
    'https://evil.example/',
    redirectUri,
    `${goodbye}#x`,
    `${goodbye}/`,
    goodbye.toUpperCase(),
    'https://app.example.com/goodbye',
    'https://app.example.com@evil.example/goodbye?from=onpatient',
    'javascript:alert(1)',
    '//evil.example',
  ]
  for (const address of addresses)
    test(`never sends a browser to ${address}, and then signs nobody out`, async () => {
      const { browser, idToken } = await connect()
      for (const proof of [{ id_token_hint: idToken }, { client_id: client.id }]) {
        const answer = await ask(browser, { ...proof, post_logout_redirect_uri: address })
        assert.deepEqual([answer.status, answer.location], [400, undefined])
      }
      const page = await ask(browser, {})
      const sent = await browser.post(`${app.portalUrl}/o/logout/confirm`, {
        _csrf: fieldOf(page, '_csrf'),
        client_id: client.id,
        post_logout_redirect_uri: address,
      })
      assert.deepEqual([sent.status, sent.location], [400, undefined])
      assert.equal(await isSignedIn(browser), true)
    })

  test('an address without an application is ignored', async () => {
    const { browser } = await connect()
    const page = await ask(browser, { post_logout_redirect_uri: goodbye })
    assert.equal(page.body.includes('name="post_logout_redirect_uri"'), false)
  })

  test('the address of one application is none of another', async () => {
    const { browser, idToken } = await connect('ana@example.com', { of: other })
    const answer = await ask(browser, { id_token_hint: idToken, post_logout_redirect_uri: goodbye })
    assert.equal(answer.status, 400)
    const mixed = await ask(browser, {
      id_token_hint: idToken,
      client_id: client.id,
      post_logout_redirect_uri: goodbye,
    })
    assert.equal(mixed.status, 400)
    assert.equal(await isSignedIn(browser), true)
  })

  test('doubled parameters and unknown applications are refused', async () => {
    const browser = openBrowser()
    assert.equal((await ask(browser, { client_id: 'app_none' })).status, 400)
    const doubled = `client_id=${client.id}&client_id=${other.id}`
    assert.equal((await browser.get(`${app.portalUrl}/o/logout/?${doubled}`)).status, 400)
  })

  test('where nobody is signed in, only a token of ours sends the browser on by itself', async () => {
    const { idToken } = await connect()
    const browser = openBrowser()
    const params = { post_logout_redirect_uri: goodbye, state: 's' }
    const shown = await ask(browser, { client_id: client.id, ...params })
    assert.equal(shown.status, 200)
    assert.ok(shown.body.includes(`href="${goodbye}&amp;state=s"`))
    assert.equal((await ask(browser, { id_token_hint: idToken, ...params })).location, `${goodbye}&state=s`)
    assert.equal((await ask(browser, {})).status, 200)
  })

  test('only this browser is signed out, and what people allowed stays', async () => {
    const { browser, idToken, tokens } = await connect()
    const elsewhere = openBrowser()
    await signIn(elsewhere, await elsewhere.get(`${app.portalUrl}/signin`), 'ana@example.com')
    await ask(browser, { id_token_hint: idToken })
    assert.equal(await isSignedIn(elsewhere), true)
    assert.equal((await refresh(tokens.refresh_token)).status, 200)
  })

  test('online_access is refreshed for as long as the person is signed in there', async () => {
    const scope = 'openid online_access patient/*.rs'
    const { browser, idToken, tokens } = await connect('ana@example.com', { scope })
    assert.deepEqual(tokens.scope.split(' ').includes('offline_access'), false)
    const first = await refresh(tokens.refresh_token)
    assert.equal(first.status, 200)
    const elsewhere = openBrowser()
    await signIn(elsewhere, await elsewhere.get(`${app.portalUrl}/signin`), 'ana@example.com')
    await ask(browser, { id_token_hint: idToken })
    const { status, body } = await refresh(first.body.refresh_token)
    assert.deepEqual([status, body.error], [400, 'invalid_grant'])
  })

  test('online_access ends too when the sign-in runs out, and offline_access outweighs it', async () => {
    const online = await connect('ana@example.com', { scope: 'online_access patient/*.rs' })
    const both = await connect('ana@example.com', { scope: 'online_access offline_access patient/*.rs' })
    app.clock.forward(31 * 24 * 3600)
    assert.equal((await refresh(online.tokens.refresh_token)).status, 400)
    assert.equal((await refresh(both.tokens.refresh_token)).status, 200)
  })

  test('online_access from before sign-ins were noted is refused in words, and given anew it is refreshed', async () => {
    const scope = 'online_access patient/*.rs'
    const { tokens } = await connect('ana@example.com', { scope })
    await app.store.db.updateTable('grant').set({ sign_in_id: null }).execute()
    const { status, body } = await refresh(tokens.refresh_token)
    assert.deepEqual([status, body.error], [400, 'invalid_grant'])
    assert.match(String(body.error_description), /Send the person to the authorization page again/)
    assert.match(String(body.error_description), /with online_access, the sign-in/)
    // The same once more: nothing about it breaks.
    assert.deepEqual((await refresh(tokens.refresh_token)).body.error, 'invalid_grant')
    const anew = await connect('ana@example.com', { scope })
    assert.equal((await refresh(anew.tokens.refresh_token)).status, 200)
  })
})
