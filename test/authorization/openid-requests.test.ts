import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { answerConsent, authorize, openConsent, postToken, signIn } from '../support/authorize.ts'
import { type Answer, type Browser, fieldOf, openBrowser } from '../support/browser.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

/** OpenID Connect Core 1.0 §3.1.2.1, parameter by parameter. */
describe('an OpenID authentication request', () => {
  let app: TestApp
  let clinic: Clinic
  let client: { id: string; secret: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'West Clinic')
    for (const id of ['ana', 'ben']) {
      await aPatient(app, clinic, id)
      await aReader(app, clinic, `${id}@example.com`, [id])
    }
    client = await anApplication(app, clinic)
  })
  after(() => app[Symbol.asyncDispose]())

  const request = (params: Record<string, string> = {}) => ({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
    scope: 'openid patient/*.rs',
    ...params,
  })

  const start = (browser: Browser, params: Record<string, string> = {}) =>
    browser.get(`${app.portalUrl}/o/authorize/?${new URLSearchParams(request(params))}`)

  /** Where a request ends without anybody doing anything. */
  async function lead(browser: Browser, params: Record<string, string> = {}) {
    return browser.follow(await start(browser, params), app.portalUrl)
  }

  async function aSignedInBrowser(email = 'ana@example.com'): Promise<Browser> {
    const browser = openBrowser()
    await signIn(browser, await browser.get(`${app.portalUrl}/signin`), email)
    return browser
  }

  const errorOf = (page: Answer) => new URL(page.location ?? 'about:blank').searchParams.get('error')

  async function redeem(back: URLSearchParams) {
    const { body } = await postToken(app, {
      grant_type: 'authorization_code',
      code: back.get('code') ?? '',
      redirect_uri: redirectUri,
      client_id: client.id,
      client_secret: client.secret,
    })
    return body
  }

  const claimsOf = (token: unknown) =>
    JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >

  async function idTokenOf(email: string): Promise<string> {
    return String((await redeem(await authorize(app, client.id, email, request()))).id_token)
  }

  const isSignInPage = (page: Answer) => page.url.includes('/signin') && page.body.includes('name="password"')
  const isConsentPage = (page: Answer) => page.body.includes('id="kinds"')

  test('nonce comes back in the id_token, letter by letter, and not without one', async () => {
    const nonce = 'n-0S6_WzA2Mj äöü"\'<>'
    const first = await redeem(await authorize(app, client.id, 'ana@example.com', request({ nonce })))
    assert.equal(claimsOf(first.id_token).nonce, nonce)
    assert.equal('nonce' in claimsOf(await idTokenOf('ana@example.com')), false)
  })

  for (const demand of [{ prompt: 'login' }, { max_age: '0' }, { max_age: '60' }])
    test(`${JSON.stringify(demand)} asks a signed-in person for the password again`, async () => {
      const browser = await aSignedInBrowser()
      app.clock.forward(120)
      const page = await lead(browser, demand)
      assert.ok(isSignInPage(page), page.url)
      assert.match(page.body, /id="email"[^>]* value="ana@example\.com"/)
      const wrong = await signIn(browser, page, 'ana@example.com', 'not the password')
      assert.equal(wrong.status, 401)
      const consent = await browser.follow(await signIn(browser, page, 'ana@example.com'), app.portalUrl)
      assert.ok(isConsentPage(consent), consent.url)
      const back = await answerConsent(app, browser, consent)
      const { auth_time } = claimsOf((await redeem(new URL(back.location ?? '').searchParams)).id_token)
      assert.equal(auth_time, Math.floor(app.clock.now().getTime() / 1000))
    })

  test('going round the sign-in page does not help: neither showing nor sending the consent form', async () => {
    const browser = await aSignedInBrowser()
    app.clock.forward(120)
    const page = await lead(browser, { prompt: 'login' })
    const interaction = new URL(fieldOf(page, 'next'), app.portalUrl).href
    assert.ok(isSignInPage(await browser.follow(await browser.get(interaction), app.portalUrl)))
    const form = { _csrf: fieldOf(page, '_csrf'), decision: 'Authorize', kind: '*', person: 'x' }
    const sent = await browser.post(interaction, form)
    assert.match(sent.location ?? '', /\/signin\?/)
    const chosen = await browser.get(`${interaction}?account=chosen`)
    assert.match(chosen.location ?? '', /\/signin\?/)
  })

  test('max_age that is not over asks nothing, and auth_time is when the person signed in here', async () => {
    const browser = await aSignedInBrowser()
    const signedInAt = Math.floor(app.clock.now().getTime() / 1000)
    app.clock.forward(30)
    const consent = await lead(browser, { max_age: '3600' })
    assert.ok(isConsentPage(consent), consent.url)
    const back = await answerConsent(app, browser, consent)
    const { auth_time } = claimsOf((await redeem(new URL(back.location ?? '').searchParams)).id_token)
    assert.equal(auth_time, signedInAt)
  })

  test('a max_age that is no number of seconds is refused', async () => {
    for (const max_age of ['-1', 'soon', '1.5', '1e3', '0x10', ' 60'])
      assert.equal(errorOf(await lead(openBrowser(), { max_age })), 'invalid_request', max_age)
  })

  test('prompt=none shows nothing: it says whether a sign-in or the consent is missing', async () => {
    const browser = await aSignedInBrowser()
    assert.equal(errorOf(await lead(openBrowser(), { prompt: 'none' })), 'login_required')
    assert.equal(errorOf(await lead(browser, { prompt: 'none' })), 'consent_required')
    const id_token_hint = await idTokenOf('ben@example.com')
    assert.equal(errorOf(await lead(browser, { prompt: 'none', id_token_hint })), 'login_required')
    app.clock.forward(120)
    assert.equal(errorOf(await lead(browser, { prompt: 'none', max_age: '60' })), 'login_required')
    assert.equal(errorOf(await lead(browser, { prompt: 'none login' })), 'invalid_request')
  })

  test('prompt=consent asks, and an unknown prompt is refused', async () => {
    const browser = await aSignedInBrowser()
    assert.ok(isConsentPage(await lead(browser, { prompt: 'consent' })))
    assert.equal(errorOf(await lead(browser, { prompt: 'dance' })), 'invalid_request')
  })

  test('prompt=select_account asks whether to go on as the one who is signed in', async () => {
    const browser = await aSignedInBrowser()
    app.clock.forward(5)
    const page = await lead(browser, { prompt: 'select_account' })
    assert.match(page.body, /Go on as ana\?/)
    const [, next = ''] = /class="button button-primary" href="([^"]+)"/.exec(page.body) ?? []
    const consent = await browser.get(`${app.portalUrl}${next.replaceAll('&amp;', '&')}`)
    assert.ok(isConsentPage(consent))
    const back = await answerConsent(app, browser, consent)
    assert.ok(new URL(back.location ?? '').searchParams.get('code'))
  })

  test('prompt=select_account lets another person sign in', async () => {
    const browser = await aSignedInBrowser()
    app.clock.forward(5)
    const page = await lead(browser, { prompt: 'select_account' })
    const out = await browser.post(`${app.portalUrl}/signout`, {
      _csrf: fieldOf(page, '_csrf'),
      next: fieldOf(page, 'next'),
    })
    const form = await browser.follow(out, app.portalUrl)
    const consent = await browser.follow(await signIn(browser, form, 'ben@example.com'), app.portalUrl)
    assert.match(consent.body, /signed in as ben/)
  })

  test('login_hint stands in the sign-in form, as text', async () => {
    const page = await lead(openBrowser(), { login_hint: 'ana@example.com' })
    assert.match(page.body, /id="email"[^>]* value="ana@example\.com"/)
    const evil = await lead(openBrowser(), { login_hint: '"><script>alert(1)</script>' })
    assert.equal(evil.body.includes('<script>alert'), false)
  })

  test('login_hint does not change who is signed in', async () => {
    const consent = await lead(await aSignedInBrowser(), { login_hint: 'ben@example.com' })
    assert.match(consent.body, /signed in as ana/)
  })

  test('id_token_hint of the one who is signed in changes nothing', async () => {
    const id_token_hint = await idTokenOf('ana@example.com')
    assert.ok(isConsentPage(await lead(await aSignedInBrowser(), { id_token_hint })))
  })

  test('id_token_hint of another person gives that app nothing of this one', async () => {
    const id_token_hint = await idTokenOf('ben@example.com')
    const browser = await aSignedInBrowser()
    const page = await lead(browser, { id_token_hint })
    assert.match(page.body, /Somebody else used this app before/)
    const associations = await app.modules.practices.listAssociations(
      (await app.modules.accounts.findByEmail('ana@example.com'))?.id ?? '',
    )
    const forced = await browser.post(page.url, {
      _csrf: fieldOf(page, '_csrf'),
      decision: 'Authorize',
      kind: 'Patient',
      person: associations[0]?.id ?? '',
      duration: 'until-ended',
    })
    assert.match(forced.body, /Somebody else used this app before/)
    const cancel = await browser.post(page.url, { _csrf: fieldOf(page, '_csrf'), decision: 'Cancel' })
    assert.equal(errorOf(await browser.follow(cancel, app.portalUrl)), 'login_required')
  })

  test('id_token_hint of another app, a forged one and none at all are refused', async () => {
    const other = await anApplication(app, clinic, { name: 'Another app' })
    const back = await authorize(app, other.id, 'ana@example.com', { scope: 'openid patient/*.rs' })
    const { body } = await postToken(app, {
      grant_type: 'authorization_code',
      code: back.get('code') ?? '',
      redirect_uri: redirectUri,
      client_id: other.id,
      client_secret: other.secret,
    })
    const mine = await idTokenOf('ana@example.com')
    const [header, , signature] = mine.split('.')
    const claims = Buffer.from(JSON.stringify({ ...claimsOf(mine), sub: 'acc_x' })).toString('base64url')
    for (const id_token_hint of [String(body.id_token), `${header}.${claims}.${signature}`, 'x.y.z'])
      assert.equal(errorOf(await lead(openBrowser(), { id_token_hint })), 'invalid_request')
  })

  test('without openid these parameters are no reason to refuse', async () => {
    const { page } = await openConsent(
      app,
      request({ scope: 'patient/*.rs', nonce: 'n', max_age: '60', id_token_hint: 'x' }),
      'ana@example.com',
    )
    assert.ok(isConsentPage(page))
  })
})
