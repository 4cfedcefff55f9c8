import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openPortal } from '../portal-api/open-portal.ts'
import { openConsent, signIn } from '../support/authorize.ts'
import { type Answer, type Browser, fieldOf, openBrowser } from '../support/browser.ts'
import { aClinic, anApplication, aPatient, aReader, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const known = 'known@example.com'
const unknown = 'nobody@example.com'
const freePerAccount = 5

/** What of an answer a stranger can compare; what differs by chance or because it was typed is taken out. */
function seen({ status, location, body, headers }: Answer) {
  return {
    status,
    location,
    retryAfter: headers.get('retry-after'),
    cookies: headers.getSetCookie().map((cookie) => cookie.split('=')[0]),
    body: body
      .replaceAll(/name="_csrf" value="[^"]*"/g, '')
      .replaceAll(/req_\w+/g, '')
      .replaceAll(known, '')
      .replaceAll(unknown, ''),
  }
}

describe('a stranger does not learn whether an address has an account', () => {
  async function open() {
    const app = await startApp()
    const clinic = await aClinic(app, 'South Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, known, ['ana'])
    return { app, clinic, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() }
  }
  async function sameFor(what: (email: string, browser: Browser) => Promise<Answer>): Promise<Answer> {
    const [one, two] = [await what(known, openBrowser()), await what(unknown, openBrowser())]
    assert.deepEqual(seen(one), seen(two))
    return one
  }
  const submit = async (app: TestApp, browser: Browser, path: string, fields: Record<string, string>) => {
    const page = await browser.get(app.portalUrl + path)
    return browser.post(app.portalUrl + path, { _csrf: fieldOf(page, '_csrf'), ...fields })
  }
  const guess =
    (app: TestApp, password = 'a wrong guess') =>
    (email: string, browser: Browser) =>
      submit(app, browser, '/signin', { email, password, next: '/' })

  test('by the sign-in page, whatever the password', async () => {
    await using world = await open()
    for (const password of ['a wrong guess', 'x', 'x'.repeat(300), 'ä'.repeat(100)])
      assert.equal((await sameFor(guess(world.app, password))).status, 401)
  })

  test('by how soon guesses have to wait', async () => {
    await using world = await open()
    for (let count = 0; count < freePerAccount; count++)
      assert.equal((await sameFor(guess(world.app))).status, 401)
    const waiting = await sameFor(guess(world.app))
    assert.equal(waiting.status, 429)
    assert.ok(Number(waiting.headers.get('retry-after')) > 0)
  })

  test('by the page for a lost password, also after many times', async () => {
    await using world = await open()
    const ask = (email: string, browser: Browser) => submit(world.app, browser, '/reset', { email })
    for (let count = 0; count < 4; count++) assert.equal((await sameFor(ask)).status, 303)
    const statuses = []
    for (let count = 0; count < 4; count++) statuses.push((await sameFor(ask)).status)
    assert.ok(statuses.includes(429), statuses.join())
  })

  test('by signing up with it', async () => {
    await using world = await open()
    const form = { displayName: 'Somebody', password: 'a-long-enough-password', practiceName: 'Practice' }
    for (const path of ['/signup/person', '/signup/developer', '/signup/practice']) {
      const answer = await sameFor((email, browser) => submit(world.app, browser, path, { email, ...form }))
      assert.equal(answer.status, 303, path)
    }
  })

  test('by a hint in an authorization request', async () => {
    await using world = await open()
    const { id } = await anApplication(world.app, world.clinic)
    const params = {
      response_type: 'code',
      client_id: id,
      redirect_uri: redirectUri,
      scope: 'openid patient/*.rs',
    }
    await sameFor(async (login_hint, browser) => {
      const start = await browser.get(
        `${world.app.portalUrl}/o/authorize/?${new URLSearchParams({ ...params, login_hint })}`,
      )
      const page = await browser.follow(start, world.app.portalUrl)
      assert.equal(page.status, 200)
      // The form repeats what the request said, whoever that is.
      assert.ok(page.body.includes(`value="${login_hint}"`))
      const body = page.body.replaceAll(/interaction%2F[\w-]+|interaction\/[\w-]+/g, '')
      return { ...page, body: body.replaceAll(login_hint, '') }
    })
    await sameFor(async (login_hint, browser) =>
      browser.get(
        `${world.app.portalUrl}/o/authorize/?${new URLSearchParams({ ...params, login_hint, prompt: 'none' })}`,
      ),
    )
  })

  test('by a new address for the own account', async () => {
    await using world = await open()
    await aReader(world.app, world.clinic, 'me@example.com', ['ana'])
    const { call } = await openPortal(world.app, 'me@example.com')
    const answers = []
    for (const email of [known, unknown])
      answers.push(await call('POST', '/me/email', { password: 'a-long-enough-password', email }))
    assert.deepEqual(answers[0], answers[1])
  })

  test('by an invitation of a practice', async () => {
    await using world = await open()
    const { app, clinic } = world
    const { call } = await openPortal(app, clinic.provider.email)
    const answers = []
    for (const email of [known, unknown])
      answers.push(
        await call('POST', `/practices/${clinic.practice.id}/invitations`, {
          patientId: 'ana',
          email,
          role: 'proxy',
          relationship: 'parent',
        }),
      )
    assert.deepEqual(
      answers.map(({ status, body }) => [status, Object.keys(body.invitation ?? body)]),
      [
        [201, Object.keys(answers[0]?.body.invitation)],
        [201, Object.keys(answers[0]?.body.invitation)],
      ],
    )
  })

  test('an app learns of no account before its person allowed it', async () => {
    await using world = await open()
    const client = await anApplication(world.app, world.clinic)
    const back = await signedInAndCancelled(world.app, client.id)
    assert.deepEqual([...back.keys()].sort(), ['error', 'error_description', 'iss'])
    assert.doesNotMatch(back.toString(), /known|acc_/)
  })
})

async function signedInAndCancelled(app: TestApp, clientId: string): Promise<URLSearchParams> {
  const params = { response_type: 'code', client_id: clientId, redirect_uri: redirectUri }
  const { browser, page } = await openConsent(app, params, known)
  const sent = await browser.post(page.url, { _csrf: fieldOf(page, '_csrf'), decision: 'Cancel' })
  const { location } = await browser.follow(sent, app.portalUrl)
  return new URL(location ?? '').searchParams
}

test('a guesser waits, and the one who knows the password gets in afterwards', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'South Clinic')
  await aPatient(app, clinic, 'ana')
  await aReader(app, clinic, known, ['ana'])
  const statuses = []
  for (let count = 0; count < 12; count++) {
    const browser = openBrowser()
    statuses.push(
      (await signIn(browser, await browser.get(`${app.portalUrl}/signin?next=/`), known, 'wrong')).status,
    )
  }
  assert.equal(statuses.filter((status) => status === 401).length, freePerAccount)
  assert.equal(statuses.filter((status) => status === 429).length, 12 - freePerAccount)
  app.clock.forward(31)
  const browser = openBrowser()
  assert.equal(
    (await signIn(browser, await browser.get(`${app.portalUrl}/signin?next=/`), known)).status,
    303,
  )
})
