import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openConsent, signIn } from '../support/authorize.ts'
import { type Browser, fieldOf, openBrowser } from '../support/browser.ts'
import { aClinic, anApplication, aPatient, aReader, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

/** Every page with the parameters that it reads from its address. */
const pages: Record<string, readonly string[]> = {
  '/': ['next'],
  '/signin': ['next', 'switch', 'again', 'login_hint', 'signed-out', 'passkey'],
  '/signin/code': ['next', 'recovery', 'passkey'],
  '/signup': ['next'],
  '/signup/finish': ['token'],
  '/signup/check-mail': ['token'],
  '/reset/finish': ['token'],
  '/account/confirm': ['next', 'passkey'],
  '/account/email/confirm': ['token'],
  '/account/email/confirmed': ['token'],
  '/account/settings/security': ['next'],
  '/account/settings/x': ['next'],
  '/practice/x': ['next'],
  '/invitation': ['token'],
  '/invitation/waiting': ['token'],
  '/outbox': ['token'],
  '/demo/client': ['state'],
  '/demo/client/launch': ['iss', 'launch'],
  '/demo/client/callback': ['code', 'state', 'error', 'iss'],
  '/o/logout/': ['id_token_hint', 'post_logout_redirect_uri', 'client_id', 'state'],
  '/o/authorize/': [
    ...['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'nonce', 'aud', 'launch', 'prompt'],
    ...[
      'login_hint',
      'max_age',
      'code_challenge',
      'request_uri',
      'request',
      'id_token_hint',
      'response_mode',
    ],
  ],
  '/api_fhir/api-docs/tutorial': ['q'],
  '/nowhere': ['next'],
}

/** Every form with its fields. */
const forms: Record<string, readonly string[]> = {
  '/signin': ['next', 'email', 'password', '_csrf'],
  '/signin/code': ['next', 'code', 'recovery'],
  '/signin/cancel': ['next'],
  '/signin/passkey': ['next', 'response'],
  '/signup/person': ['email', 'displayName'],
  '/signup/practice': ['email', 'displayName', 'practiceName', 'invitation'],
  '/signup/finish': ['token', 'password'],
  '/reset': ['email'],
  '/reset/finish': ['token', 'password'],
  '/account/confirm': ['next', 'password'],
  '/account/email/confirm': ['token'],
  '/invitation': ['token', 'birthDate', 'displayName', 'password'],
  '/o/logout/': ['id_token_hint', 'post_logout_redirect_uri', 'client_id', 'state'],
  '/o/logout/confirm': ['request', 'state'],
  '/demo/client/refresh': ['sealed'],
}

/** Already encoded, as they stand in an address. */
const hostile = [
  ...[
    '%2F%C3%A9',
    '%2F%E6%97%A5%E6%9C%AC',
    '%2F%F0%9F%98%80',
    '%2F%EF%BF%BF',
    '%2Fa%00b',
    '%00',
    '%2F%0D%0ASet-Cookie%3A+x%3D1',
  ],
  ...[
    '%2F%2Fevil.example',
    '%2F%5Cevil.example',
    '%2F.%2F%2Fevil.example',
    '%2Fa%2F..%2F%2Fevil.example',
    'javascript%3Aalert(1)',
  ],
  ...[
    '%ED%A0%80',
    '%FF',
    '%2F%3B%2C%22%27%3C%3E',
    `%2F${'a'.repeat(3000)}`,
    '%2F%E2%80%A8%E2%80%AE',
    '__proto__',
    '%5B%5D',
    '{}',
  ],
]

describe('parameters of pages', () => {
  let app: TestApp
  before(async () => {
    app = await startApp({ MAX_AUTHORIZATION_REQUESTS_PER_ADDRESS: '100000' })
  })
  after(() => app[Symbol.asyncDispose]())

  async function assertHarmless(browser: Browser, path: string, body?: string): Promise<void> {
    const url = `${app.portalUrl}${path}`
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: {
        cookie: await browser.jar.getCookieString(app.portalUrl),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body === undefined ? {} : { body }),
    })
    const where = `${path} ${body ?? ''}`.slice(0, 300)
    const text = await response.text()
    assert.ok(response.status < 500, `${response.status} at ${where}: ${text.slice(0, 200)}`)
    assert.equal(response.headers.get('set-cookie')?.includes('x=1') ?? false, false, where)
    const location = response.headers.get('location')
    if (location !== null)
      assert.equal(new URL(location, url).origin, app.portalUrl, `${where} leads to ${location}`)
  }

  test('none of any page leads to a fault or away, whether somebody is signed in or not', async () => {
    const clinic = await aClinic(app, 'Elder')
    const signedIn = openBrowser()
    await signIn(signedIn, await signedIn.get(`${app.portalUrl}/signin`), clinic.provider.email)
    const asked = Object.entries(pages).flatMap(([path, names]) =>
      names.flatMap((name) => [
        ...hostile.map((value) => `${path}?${name}=${value}`),
        `${path}?${name}=%2F&${name}=%2Fa`,
      ]),
    )
    for (const path of asked) {
      await assertHarmless(openBrowser(), path)
      await assertHarmless(signedIn, path)
    }
  })

  test('nor any field of a form', async () => {
    const browser = openBrowser()
    const csrf = fieldOf(await browser.get(`${app.portalUrl}/signin`), '_csrf')
    // The token counts: else every form would be refused before it is read.
    const wrong = { _csrf: csrf, email: 'nobody@example.com', password: 'x' }
    assert.equal((await browser.post(`${app.portalUrl}/signin`, wrong)).status, 401)
    for (const [path, names] of Object.entries(forms))
      for (const name of names)
        for (const value of hostile) {
          const others = names.filter((each) => each !== name).map((each) => `${each}=x%40example.com`)
          await assertHarmless(browser, path, [`_csrf=${csrf}`, ...others, `${name}=${value}`].join('&'))
        }
  })

  test('nor a cookie', async () => {
    for (const name of ['sign_in', 'device', 'pending', 'passkey', 'invitation', 'form'])
      for (const value of ['%00', '%C3%A9', '%', 'x'.repeat(3000), '%2F', 'a.b.c', '__proto__'])
        for (const path of ['/', '/signin', '/signin/code', '/invitation', '/account/confirm']) {
          const headers = { cookie: `onpatient_${name}=${value}` }
          const { status } = await fetch(`${app.portalUrl}${path}`, { redirect: 'manual', headers })
          assert.ok(status < 500, `${status} at ${path} for ${name}=${value}`)
        }
  })

  test('a path beyond ASCII leads on to where it says, encoded', async () => {
    const clinic = await aClinic(app, 'Maple')
    const browser = openBrowser()
    const page = await browser.get(`${app.portalUrl}/signin?next=${encodeURIComponent('/practice/é?q=日本')}`)
    const answer = await signIn(browser, page, clinic.provider.email)
    assert.equal(answer.location, `${app.portalUrl}/practice/%C3%A9?q=%E6%97%A5%E6%9C%AC`)
  })

  test('the host of a logo is part of the policy only when it can be; else the page comes without it', async () => {
    const clinic = await aClinic(app, 'Rowan')
    await aPatient(app, clinic, 'rowan-ana')
    await aReader(app, clinic, 'rowan-ana@example.com', ['rowan-ana'])
    const application = await anApplication(app, clinic)
    for (const [host, isShown] of [
      ['cdn.example.com', true],
      ['cdn.example.com:8443', true],
      ["a;script-src 'unsafe-inline'", false],
      ['a;b.example.com', false],
      ['a,b.example.com', false],
      ["'self'.example.com", false],
      ['*.example.com', false],
      ['[2001:db8::1]', false],
    ] as const) {
      // As it may lie in a database from before such hosts were refused.
      await app.store.db
        .updateTable('application')
        .set({ logo_uri: `https://${host.replaceAll(' ', '%20')}/logo.png` })
        .where('id', '=', application.id)
        .execute()
      const { page } = await openConsent(
        app,
        { response_type: 'code', client_id: application.id, redirect_uri: redirectUri },
        'rowan-ana@example.com',
      )
      assert.equal(page.status, 200, host)
      const policy = page.headers.get('content-security-policy') ?? ''
      assert.match(
        policy,
        isShown ? new RegExp(`img-src 'self' data: https://${host};`) : /img-src 'self' data:;/,
      )
      assert.equal(page.body.includes('class="app-logo"'), isShown, host)
    }
    for (const logoUri of ['https://a;b.example.com/logo.png', 'https://a,b.example.com/logo.png'])
      await assert.rejects(
        app.modules.applications.update(clinic.provider.id, application.id, { ...application, logoUri }),
        { code: 'invalid-parameter', field: 'logoUri' },
      )
  })
})
