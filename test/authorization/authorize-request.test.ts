import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { applicationForm, openPortal } from '../portal-api/open-portal.ts'
import { answerConsent, authorize, openConsent } from '../support/authorize.ts'
import { boxesOf, fieldOf, openBrowser } from '../support/browser.ts'
import { aClinic, anApplication, aPatient, type Clinic, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

describe('the authorization request', () => {
  let app: TestApp
  let clinic: Clinic
  let clientId: string
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'North Clinic')
    await aPatient(app, clinic, 'ana')
    clientId = (
      await anApplication(app, clinic, {
        redirectUris: [redirectUri, 'http://127.0.0.1/cb', 'http://localhost:3000/cb'],
      })
    ).id
  })
  after(() => app[Symbol.asyncDispose]())

  const good = () => ({ response_type: 'code', client_id: clientId, redirect_uri: redirectUri })
  const ask = (params: Record<string, string>) =>
    openBrowser().get(`${app.portalUrl}/o/authorize/?${new URLSearchParams(params)}`)

  // RFC 6749 §4.1.2.1: when client or redirect URI are not proven, the person sees an error page, and nobody is redirected.
  const shownToThePerson: Array<[string, () => Record<string, string>]> = [
    ['an unknown client_id', () => ({ ...good(), client_id: 'app_unknown' })],
    ['a missing client_id', () => ({ response_type: 'code', redirect_uri: redirectUri })],
    ['another host', () => ({ ...good(), redirect_uri: 'https://evil.example.com/redirect_uri' })],
    ['another scheme', () => ({ ...good(), redirect_uri: 'http://app.example.com/redirect_uri' })],
    ['a longer path', () => ({ ...good(), redirect_uri: `${redirectUri}/more` })],
    ['a query', () => ({ ...good(), redirect_uri: `${redirectUri}?x=1` })],
    ['a fragment', () => ({ ...good(), redirect_uri: `${redirectUri}#x` })],
    ['upper case', () => ({ ...good(), redirect_uri: 'https://APP.example.com/redirect_uri' })],
    ['a port', () => ({ ...good(), redirect_uri: 'https://app.example.com:444/redirect_uri' })],
    [
      'user information',
      () => ({ ...good(), redirect_uri: 'https://app.example.com@evil.example.com/redirect_uri' }),
    ],
    ['dots in the path', () => ({ ...good(), redirect_uri: 'https://app.example.com/a/../redirect_uri' })],
    ['javascript', () => ({ ...good(), redirect_uri: 'javascript:alert(1)' })],
    [
      'a loopback address with another path',
      () => ({ ...good(), redirect_uri: 'http://127.0.0.1:5000/other' }),
    ],
    [
      'a loopback look-alike',
      () => ({ ...good(), redirect_uri: 'http://127.0.0.1:5000@evil.example.com/cb' }),
    ],
    [
      'a host that begins like loopback',
      () => ({ ...good(), redirect_uri: 'http://localhost.evil.example.com/cb' }),
    ],
  ]
  for (const [what, params] of shownToThePerson) {
    test(`${what} is a 400 page and never a redirect`, async () => {
      const answer = await ask(params())
      assert.equal(answer.status, 400)
      assert.equal(answer.location, undefined)
      assert.match(answer.headers.get('content-type') ?? '', /text\/html/)
      assert.match(answer.body, /req_/)
    })
  }

  const redirectedWithError: Array<[string, () => Record<string, string>, string]> = [
    [
      'a missing response_type',
      () => ({ client_id: clientId, redirect_uri: redirectUri }),
      'invalid_request',
    ],
    ['response_type=token', () => ({ ...good(), response_type: 'token' }), 'unsupported_response_type'],
    ['a scope that is none', () => ({ ...good(), scope: 'everything' }), 'invalid_scope'],
    ['only scopes that open nothing', () => ({ ...good(), scope: 'fhirUser launch' }), 'invalid_scope'],
    ['a write scope', () => ({ ...good(), scope: 'patient/Observation.write' }), 'invalid_scope'],
    [
      'code_challenge_method=plain',
      () => ({ ...good(), code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }),
      'invalid_request',
    ],
    [
      'an aud of another server',
      () => ({ ...good(), aud: 'https://other.example.com/fhir' }),
      'invalid_request',
    ],
    ['prompt=none while signed out', () => ({ ...good(), prompt: 'none' }), 'login_required'],
  ]
  for (const [what, params, error] of redirectedWithError) {
    test(`${what} leads back with error=${error}`, async () => {
      const answer = await ask({ ...params(), state: 'S' })
      assert.equal(answer.status, 302)
      const back = new URL(answer.location ?? '')
      assert.equal(back.origin + back.pathname, redirectUri)
      // What asked for a token in the fragment is answered there (RFC 6749 §4.2.2.1).
      const reported =
        params().response_type === 'token' ? new URLSearchParams(back.hash.slice(1)) : back.searchParams
      assert.equal(reported.get('error'), error)
      assert.equal(reported.get('state'), 'S')
    })
  }

  test('a doubled parameter is refused', async () => {
    const params = new URLSearchParams(good())
    params.append('scope', 'patient/*.read')
    params.append('scope', 'user/*.read')
    const answer = await openBrowser().get(`${app.portalUrl}/o/authorize/?${params}`)
    assert.equal(new URL(answer.location ?? '').searchParams.get('error'), 'invalid_request')
    const doubledClient = await openBrowser().get(
      `${app.portalUrl}/o/authorize/?${new URLSearchParams(good())}&client_id=${clientId}`,
    )
    assert.equal(doubledClient.status, 400)
  })

  test('an empty request_uri is as if there were none: what the application is not registered for is left out', async () => {
    const { id } = await anApplication(app, clinic, { scopes: ['patient/Immunization.read'] })
    const scope = 'patient/Immunization.read patient/Observation.read'
    const request = { ...good(), client_id: id, scope, request_uri: '' }
    const { page } = await openConsent(app, request, clinic.provider.email)
    assert.deepEqual(boxesOf(page, 'kind'), ['Immunization'])
  })

  test('signed out, the browser is led to the sign-in page at its own address', async () => {
    const { page } = await openConsent(app, good(), 'nobody@example.com').catch(() => ({ page: undefined }))
    assert.ok(page === undefined || page.status === 401)
    const first = await ask(good())
    const led = await openBrowser().get(first.location ?? '')
    assert.ok([303, 410].includes(led.status))
  })

  test('state comes back byte for byte, however long and odd', async () => {
    const state = `ü%20&=+/?#"'<>\\ ${'x'.repeat(3000)}`
    const back = await authorize(app, clientId, clinic.provider.email, { state })
    assert.equal(back.get('state'), state)
  })

  const countStored = async () => (await app.store.db.selectFrom('oidc_payload').selectAll().execute()).length

  test('nothing is stored before somebody has signed in, however many ask', async () => {
    const before = await countStored()
    const browser = openBrowser()
    for (let asked = 0; asked < 20; asked++) {
      const start = await browser.get(`${app.portalUrl}/o/authorize/?${new URLSearchParams(good())}`)
      const page = await browser.follow(start, app.portalUrl)
      assert.match(page.url, /\/signin\?/)
    }
    assert.equal(await countStored(), before)
  })

  test('a request that was answered is over, also for a browser that keeps what it was given', async () => {
    const { browser, page } = await openConsent(app, good(), clinic.provider.email)
    const kept = await browser.jar.getSetCookieStrings(page.url)
    const back = await answerConsent(app, browser, page)
    assert.match(back.location ?? '', /code=/)
    for (const cookie of kept ?? []) await browser.jar.setCookie(cookie, page.url)
    assert.equal((await browser.get(page.url)).status, 410)
    const again = await browser.post(page.url, {
      _csrf: fieldOf(page, '_csrf'),
      decision: 'Authorize',
      kind: boxesOf(page, 'kind'),
      person: boxesOf(page, 'person'),
      duration: 'until-ended',
    })
    assert.equal(again.status, 410)
  })

  test('a request in the browser is sealed: a changed one, or one of another request, is none', async () => {
    const { browser, page } = await openConsent(app, good(), clinic.provider.email)
    const path = new URL(page.url).pathname
    const [sealed] = (await browser.jar.getCookies(page.url)).filter(({ key }) => key === 'onpatient_request')
    assert.ok(sealed)
    assert.doesNotMatch(Buffer.from(sealed.value, 'base64url').toString('latin1'), /app_|redirect/)
    const middle = Math.floor(sealed.value.length / 2)
    const changed = `${sealed.value.slice(0, middle)}${sealed.value[middle] === 'A' ? 'B' : 'A'}${sealed.value.slice(middle + 1)}`
    await browser.jar.setCookie(`onpatient_request=${changed}; Path=${path}`, page.url)
    assert.equal((await browser.get(page.url)).status, 410)
    const other = await openConsent(app, good(), clinic.provider.email, browser)
    const otherPath = new URL(other.page.url).pathname
    await browser.jar.setCookie(`onpatient_request=${sealed.value}; Path=${otherPath}`, other.page.url)
    assert.equal((await browser.get(other.page.url)).status, 410)
  })

  test('a request may be as long as its limit says, and not longer', async () => {
    // What does not compress.
    const oddText = (length: number) => randomBytes(length).toString('base64url').slice(0, length)
    const state = oddText(7000)
    const back = await authorize(app, clientId, clinic.provider.email, { state })
    assert.equal(back.get('state'), state)
    const refused = await ask({ ...good(), state: oddText(10_000) })
    const answer = new URL(refused.location ?? '').searchParams
    assert.equal(answer.get('error'), 'invalid_request')
    assert.match(answer.get('error_description') ?? '', /too long.*state/)
  })

  const pkce = {
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }
  /** The address that the browser is sent to, as it stands in the header. */
  async function backTo(client: string, uri: string, params: Record<string, string> = {}) {
    const request = { ...good(), client_id: client, redirect_uri: uri, ...params }
    const { browser, page } = await openConsent(app, request, clinic.provider.email)
    const sent = await browser.post(page.url, {
      _csrf: fieldOf(page, '_csrf'),
      decision: 'Authorize',
      kind: boxesOf(page, 'kind'),
      person: boxesOf(page, 'person'),
      duration: 'until-ended',
    })
    const cookie = await browser.jar.getCookieString(sent.location ?? '')
    const answer = await fetch(sent.location ?? '', { redirect: 'manual', headers: { cookie } })
    return { location: answer.headers.get('location') ?? '', page }
  }

  test('a redirect URI comes back letter by letter, whatever query or encoding it has', async () => {
    const redirectUris = [
      'https://app.example.com/cb?x=1&y=a%2Fb%20c&flag',
      'https://App.Example.com:443/a/../cb/%7e?',
      'https://app.example.com/cb?tenant=1&',
    ]
    const own = await anApplication(app, clinic, { redirectUris })
    for (const [uri, joint] of [
      [redirectUris[0], '&'],
      [redirectUris[1], ''],
      [redirectUris[2], ''],
    ] as const) {
      const { location } = await backTo(own.id, uri ?? '', { state: 'S%20 &=+é' })
      assert.ok(location.startsWith(`${uri}${joint}code=`), location)
      assert.equal(new URL(location).searchParams.get('state'), 'S%20 &=+é')
      const asked = new URLSearchParams({
        ...good(),
        client_id: own.id,
        redirect_uri: uri ?? '',
        scope: 'no',
      })
      const refused = await fetch(`${app.portalUrl}/o/authorize/?${asked}`, { redirect: 'manual' })
      assert.ok(refused.headers.get('location')?.startsWith(`${uri}${joint}error=invalid_scope&`))
    }
  })

  test('a program of the device has a scheme of its own, and goes the whole way with it', async () => {
    const redirectUris = [
      'com.example.app:/cb',
      'com.example.app://cb/x?y=1',
      'https://app.example.com/native',
    ]
    const native = await anApplication(app, clinic, { kind: 'public', redirectUris })
    for (const uri of redirectUris) {
      const { location, page } = await backTo(native.id, uri, pkce)
      assert.ok(location.startsWith(`${uri}${uri.includes('?') ? '&' : '?'}code=`), location)
      assert.doesNotMatch(page.headers.get('content-security-policy') ?? '', /form-action/)
    }
    const other = await ask({
      ...good(),
      ...pkce,
      client_id: native.id,
      redirect_uri: 'com.example.app:/cb/x',
    })
    assert.deepEqual([other.status, other.location], [400, undefined])
  })

  test('a redirect URI that is taken away while consent is open gets nothing', async () => {
    const gone = 'https://app.example.com/gone'
    const form = { redirectUris: [gone, redirectUri], scopes: ['patient/*.read', 'user/*.read'] }
    const own = await anApplication(app, clinic, form)
    const request = { ...good(), client_id: own.id, redirect_uri: gone }
    const consenting = await openConsent(app, request, clinic.provider.email)
    const deciding = await openConsent(app, request, clinic.provider.email)
    const decided = await deciding.browser.post(deciding.page.url, {
      _csrf: fieldOf(deciding.page, '_csrf'),
      decision: 'Authorize',
      kind: boxesOf(deciding.page, 'kind'),
      person: boxesOf(deciding.page, 'person'),
      duration: 'until-ended',
    })
    const { applications } = app.modules
    const current = await applications.find(own.id)
    assert.ok(current)
    await applications.update(current.ownerAccountId, own.id, { ...current, redirectUris: [redirectUri] })
    const tooLate = await deciding.browser.get(decided.location ?? '')
    assert.deepEqual([tooLate.status, tooLate.location], [400, undefined])
    assert.match(tooLate.body, /no longer uses the address/)
    for (const decision of ['Authorize', 'Cancel'] as const) {
      const answer = await answerConsent(app, consenting.browser, consenting.page, { decision })
      assert.deepEqual([answer.status, answer.location], [410, undefined], decision)
      assert.match(answer.body, /no longer uses the address/)
    }
    assert.equal((await consenting.browser.get(consenting.page.url)).status, 410)
  })

  test('a loopback redirect URI of a native application may have any port, that of a web application its own', async () => {
    const redirectUris = ['http://127.0.0.1/cb', 'http://localhost:3000/cb']
    const native = await anApplication(app, clinic, { kind: 'public', redirectUris })
    for (const uri of ['http://127.0.0.1:49152/cb', 'http://localhost:8123/cb']) {
      const back = await authorize(app, native.id, clinic.provider.email, { redirect_uri: uri, ...pkce })
      assert.ok(back.get('code'), uri)
      const refused = await ask({ ...good(), redirect_uri: uri })
      assert.deepEqual([refused.status, refused.location], [400, undefined], uri)
    }
    for (const uri of redirectUris)
      assert.ok(
        (await authorize(app, clientId, clinic.provider.email, { redirect_uri: uri })).get('code'),
        uri,
      )
  })

  test('POST works as GET does, and the address without the slash too', async () => {
    const browser = openBrowser()
    const posted = await browser.post(`${app.portalUrl}/o/authorize/`, good())
    assert.equal(posted.status, 302)
    const bare = await browser.get(`${app.portalUrl}/o/authorize?${new URLSearchParams(good())}`)
    assert.equal(bare.status, 302)
  })

  test('a forged Host header does not get into any address', async () => {
    const metadata = await fetch(`${app.portalUrl}/.well-known/oauth-authorization-server`, {
      headers: { 'x-forwarded-host': 'evil.example.com', 'x-forwarded-proto': 'https' },
    })
    const body = await metadata.text()
    assert.doesNotMatch(body, /evil/)
    assert.equal(JSON.parse(body).token_endpoint, `${app.portalUrl}/o/token/`)
  })

  test('another browser cannot answer an authorization request', async () => {
    const { page } = await openConsent(app, good(), clinic.provider.email)
    const stranger = openBrowser()
    const answer = await stranger.get(page.url)
    assert.equal(answer.status, 410)
  })

  test('the consent form without its CSRF token is refused', async () => {
    const { browser, page } = await openConsent(app, good(), clinic.provider.email)
    const answer = await browser.post(page.url, { decision: 'Authorize', kind: 'Patient' })
    assert.equal(answer.status, 403)
  })

  test('the consent page names the application, its owner and what it asks for, and fits into 50 kB', async () => {
    const { browser, page } = await openConsent(app, good(), clinic.provider.email)
    assert.equal(page.status, 200)
    assert.match(page.body, /id="authorizationForm"/)
    assert.match(page.body, /My test app/)
    assert.match(page.body, /Dr\. North Clinic/)
    assert.match(page.body, /All 1 patients? of North Clinic/)
    assert.match(page.body, /Immunizations/)
    assert.ok(page.body.length < 50_000)
    assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)
    const nothing = await answerConsent(app, browser, page, { kinds: [] })
    assert.equal(nothing.status, 400)
    assert.match(nothing.body, /Tick at least one kind/)
  })

  test('an account without association is shown how to get one, and can only cancel', async () => {
    await app.modules.accounts.create({
      email: 'lonely@example.com',
      password: 'a-long-enough-password',
      displayName: 'Lonely',
    })
    const { browser, page } = await openConsent(app, good(), 'lonely@example.com')
    assert.match(page.body, /not connected to a practice/)
    assert.doesNotMatch(page.body, /value="Authorize"/)
    const back = await answerConsent(app, browser, page, { decision: 'Cancel' })
    assert.equal(new URL(back.location ?? '').searchParams.get('error'), 'access_denied')
  })
})

test('with INSECURE_REDIRECTS=refuse plain http leads to the own machine alone, and developers of older applications are informed', async () => {
  await using app = await startApp({ INSECURE_REDIRECTS: 'refuse', REGISTRATION: 'open' })
  const clinic = await aClinic(app, 'Plain Clinic')
  const portal = await openPortal(app, clinic.provider.email)
  const plain = 'http://mytestapp.com/redirect_uri'
  const local = 'http://127.0.0.1:8123/cb'
  for (const [change, field] of [
    [{ redirectUris: [plain] }, 'redirectUris'],
    [{ redirectUris: [redirectUri, 'HTTP://mytestapp.com/'] }, 'redirectUris'],
    [{ redirectUris: [redirectUri, 'http://localhost.evil.example/'] }, 'redirectUris'],
    [{ postLogoutRedirectUris: [plain] }, 'postLogoutRedirectUris'],
    [{ launchUri: plain }, 'launchUri'],
  ] as const) {
    const { status, body } = await portal.call('POST', '/applications', { ...applicationForm, ...change })
    assert.deepEqual([status, body.field], [400, field], JSON.stringify(body))
    assert.match(body.detail, /plain http.*INSECURE_REDIRECTS=allow/)
  }
  const { id } = await anApplication(app, clinic, { redirectUris: [redirectUri, local] })
  const ask = (redirect_uri: string) =>
    openBrowser().get(
      `${app.portalUrl}/o/authorize/?${new URLSearchParams({ response_type: 'code', client_id: id, redirect_uri })}`,
    )
  assert.equal((await ask(local)).status, 302)

  // As it was registered before the setting.
  const redirect_uris = JSON.stringify([redirectUri, plain])
  await app.store.db.updateTable('application').set({ redirect_uris }).where('id', '=', id).execute()
  const refused = await ask(plain)
  assert.equal(refused.status, 400)
  assert.match(refused.body, /plain http.*https:\/\/ address/)
  assert.equal((await ask(redirectUri)).status, 302)
  const { body } = await portal.call('GET', '/applications')
  assert.match(body.applications[0].warnings[0].message, /sends nobody there any more. Use https/)
  assert.deepEqual(await app.modules.applications.findPlainRedirects(), [{ id, name: 'My test app' }])
})
