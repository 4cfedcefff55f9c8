import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { answerConsent, openConsent, signIn } from '../support/authorize.ts'
import { type Answer, type Browser, boxesOf, fieldOf, openBrowser } from '../support/browser.ts'
import { listOpenGrants } from '../support/open-grants.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const ana = 'ana@example.com'
const eve = 'eve@example.com'

describe('a stranger on the way of a person to an application', () => {
  let app: TestApp
  let clinic: Clinic
  let client: { id: string; secret: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'North Clinic')
    await aPatient(app, clinic, 'ana')
    await aPatient(app, clinic, 'eve')
    await aReader(app, clinic, ana, ['ana'])
    await aReader(app, clinic, eve, ['eve'])
    client = await anApplication(app, clinic)
  })
  after(() => app[Symbol.asyncDispose]())

  const request = (): Record<string, string> => ({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
  })
  const consentOf = (email: string, browser?: Browser) => openConsent(app, request(), email, browser)
  const yes = (page: Answer, change: Record<string, string> = {}) => ({
    decision: 'Authorize',
    duration: 'until-ended',
    kind: boxesOf(page, 'kind'),
    person: boxesOf(page, 'person'),
    ...change,
  })
  const cookieOf = async (browser: Browser, name: string, path = '/') =>
    (await browser.jar.getCookies(app.portalUrl + path)).find(({ key }) => key.endsWith(name))?.value
  const pathOf = (page: Answer) => new URL(page.url).pathname
  /** Nothing was allowed, and nobody was sent on. */
  async function assertStopped(answer: Answer, status: number): Promise<void> {
    assert.equal(answer.status, status)
    assert.ok(!answer.location?.includes('code='), answer.location)
    for (const email of [ana, eve]) {
      const account = await app.modules.accounts.findByEmail(email)
      assert.deepEqual(await listOpenGrants(app.modules.grants, account?.id ?? ''), [])
    }
  }

  const forgeries: Array<[string, (page: Answer, browser: Browser) => Promise<Record<string, string>>]> = [
    ['no token', async () => ({})],
    ['an empty token', async () => ({ _csrf: '' })],
    ['a made-up token', async () => ({ _csrf: 'x'.repeat(40) })],
    [
      'the token of the sign-in page, from before the sign-in',
      async (_page, browser) => ({ _csrf: await tokenBefore(browser) }),
    ],
    [
      'the token of another browser of the same person',
      async () => ({ _csrf: fieldOf((await consentOf(ana)).page, '_csrf') }),
    ],
    ['the token of another person', async () => ({ _csrf: fieldOf((await consentOf(eve)).page, '_csrf') })],
    [
      'a changed token',
      async (page) => ({ _csrf: fieldOf(page, '_csrf').replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')) }),
    ],
  ]
  for (const decision of ['Authorize', 'Cancel'])
    for (const [title, forge] of forgeries)
      test(`cannot answer ${decision} in the person's name: ${title}`, async () => {
        const { browser, page } = await consentOf(ana)
        await assertStopped(
          await browser.post(page.url, yes(page, { decision, ...(await forge(page, browser)) })),
          403,
        )
      })

  test('cannot answer by GET', async () => {
    const { browser, page } = await consentOf(ana)
    const fields = new URLSearchParams({
      decision: 'Authorize',
      duration: 'until-ended',
      kind: 'Patient',
      _csrf: fieldOf(page, '_csrf'),
    })
    await assertStopped(await browser.get(`${page.url}?${fields}`), 200)
  })

  test('cannot answer from a page elsewhere, by JSON or as plain text', async () => {
    const { browser, page } = await consentOf(ana)
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      const response = await fetch(page.url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          cookie: await browser.jar.getCookieString(page.url),
          'content-type': type,
          origin: 'https://evil.example',
        },
        body: JSON.stringify(yes(page)),
      })
      assert.ok([400, 403].includes(response.status), `${type}: ${response.status}`)
    }
  })

  test('cannot go on with the request of another browser: its cookies are needed', async () => {
    const { page } = await consentOf(ana)
    const thief = await consentOf(eve)
    for (const answer of [
      await thief.browser.get(page.url),
      await thief.browser.post(page.url, yes(page, { _csrf: fieldOf(thief.page, '_csrf') })),
    ])
      await assertStopped(answer, 410)
    const resumed = await thief.browser.get(page.url.replace('/interaction/', '/authorize/'))
    await assertStopped(resumed, 400)
  })

  test('cannot make a person finish what the stranger began, and get the code', async () => {
    const begun = await consentOf(eve)
    const { browser } = await consentOf(ana)
    // A link to the page of the stranger, mailed to the person who is signed in.
    await assertStopped(await browser.get(begun.page.url), 410)
    await assertStopped(await browser.get(begun.page.url.replace('/interaction/', '/authorize/')), 400)
    // The other way round: the person has finished, and the stranger comes for the code.
    const own = await consentOf(ana)
    const sent = await own.browser.post(own.page.url, yes(own.page, { _csrf: fieldOf(own.page, '_csrf') }))
    const stolen = await begun.browser.get(sent.location ?? '')
    assert.equal(stolen.status, 400)
    assert.equal(stolen.location, undefined)
    await endAll()
  })

  test('cannot plant the cookies of a request of its own without their signatures', async () => {
    const begun = await consentOf(eve)
    const { browser } = await consentOf(ana)
    const planted = await cookieOf(begun.browser, 'onpatient_interaction', pathOf(begun.page))
    await browser.jar.setCookie(`onpatient_interaction=${planted}; path=${pathOf(begun.page)}`, app.portalUrl)
    await assertStopped(await browser.get(begun.page.url), 410)
  })

  test('knows no cookie of a person from before the sign-in', async () => {
    const browser = openBrowser()
    await browser.jar.setCookie('onpatient_sign_in=si_chosen-by-eve', app.portalUrl)
    const start = await browser.get(`${app.portalUrl}/o/authorize/?${new URLSearchParams(request())}`)
    const page = await browser.follow(start, app.portalUrl)
    assert.match(page.url, /\/signin/)
    const before = await cookieOf(browser, 'sign_in')
    await signIn(browser, page, ana)
    const first = await cookieOf(browser, 'sign_in')
    assert.notEqual(first, before)
    assert.equal(await app.modules.accounts.findSignIn('si_chosen-by-eve'), undefined)
    // Another sign-in has another cookie, and the former is worth nothing from then on.
    const again = await browser.get(`${app.portalUrl}/signin?switch=1`)
    await browser.post(`${app.portalUrl}/signout`, { _csrf: fieldOf(again, '_csrf'), next: '/' })
    await signIn(browser, await browser.get(`${app.portalUrl}/signin?next=/`), ana)
    assert.notEqual(await cookieOf(browser, 'sign_in'), first)
    assert.equal(await app.modules.accounts.findSignIn(String(first)), undefined)
  })

  test('cannot have one person answer what another one opened in the same browser', async () => {
    const { browser, page } = await consentOf(ana)
    const question = await browser.get(`${app.portalUrl}/signin?switch=1`)
    await browser.post(`${app.portalUrl}/signout`, { _csrf: fieldOf(question, '_csrf'), next: '/' })
    await signIn(browser, await browser.get(`${app.portalUrl}/signin?next=/`), eve)
    // The form still shows Ana's record.
    await assertStopped(await browser.post(page.url, yes(page, { _csrf: fieldOf(page, '_csrf') })), 403)
    const own = await browser.get(page.url)
    assert.doesNotMatch(own.body, /Rivera.*ana|ana Rivera/)
    await assertStopped(await browser.post(page.url, { ...yes(page), _csrf: fieldOf(own, '_csrf') }), 400)
  })

  test('cannot name the record of another in the form', async () => {
    const { page: foreign } = await consentOf(ana)
    const { browser, page } = await consentOf(eve)
    const form = { ...yes(page, { _csrf: fieldOf(page, '_csrf') }), person: boxesOf(foreign, 'person') }
    await assertStopped(await browser.post(page.url, form), 400)
  })

  test('cannot have a decision twice', async () => {
    const { browser, page } = await consentOf(ana)
    const form = yes(page, { _csrf: fieldOf(page, '_csrf') })
    const first = await browser.follow(await browser.post(page.url, form), app.portalUrl)
    assert.match(String(first.location), /[?&]code=/)
    assert.equal((await browser.post(page.url, form)).status, 410)
    assert.equal((await browser.get(page.url.replace('/interaction/', '/authorize/'))).status, 400)
    const account = await app.modules.accounts.findByEmail(ana)
    assert.equal((await listOpenGrants(app.modules.grants, account?.id ?? '')).length, 1)
    await endAll()
  })

  test('signed out in between, the person is asked to sign in and not to trust', async () => {
    const { browser, page } = await consentOf(ana)
    const question = await browser.get(`${app.portalUrl}/signin?switch=1`)
    await browser.post(`${app.portalUrl}/signout`, { _csrf: fieldOf(question, '_csrf'), next: '/' })
    const shown = await browser.get(page.url)
    assert.match(String(shown.location), /\/signin\?next=/)
    const answer = await browser.post(page.url, yes(page, { _csrf: fieldOf(page, '_csrf') }))
    await assertStopped(answer, 303)
    assert.match(String(answer.location), /\/signin\?next=/)
  })

  test('form_post works under the policy of the pages, which lets this one script run', async () => {
    const { browser, page } = await openConsent(app, { ...request(), response_mode: 'form_post' }, ana)
    const answer = await answerConsent(app, browser, page)
    assert.equal(answer.status, 200)
    assert.match(answer.body, new RegExp(`action="${redirectUri}"`))
    assert.match(answer.headers.get('content-security-policy') ?? '', /script-src 'self' 'sha256-/)
    assert.match(answer.headers.get('cache-control') ?? '', /no-store/)
    await endAll()
  })

  async function tokenBefore(browser: Browser): Promise<string> {
    const other = openBrowser()
    const form = await other.get(`${app.portalUrl}/signin`)
    const secret = await cookieOf(other, 'onpatient_form')
    await browser.jar.setCookie(`onpatient_form=${secret}; Path=/`, app.portalUrl)
    return fieldOf(form, '_csrf')
  }
  async function endAll(): Promise<void> {
    for (const email of [ana, eve]) {
      const account = await app.modules.accounts.findByEmail(email)
      await app.modules.grants.endAllOfAccount(account?.id ?? '', 'the test is over')
    }
  }
})
