import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { getTokens, openConsent, postToken, readApi, signIn } from '../support/authorize.ts'
import { type Answer, type Browser, boxesOf, fieldOf, openBrowser } from '../support/browser.ts'
import { listOpenGrants } from '../support/open-grants.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

describe('what the person ticks is what the application gets', () => {
  let app: TestApp
  let clinic: Clinic
  let client: { id: string; secret: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'West Clinic')
    await aPatient(app, clinic, 'ana')
    await aPatient(app, clinic, 'kim')
    await aReader(app, clinic, 'parent@example.com', ['ana', 'kim'], 'parent')
    client = await anApplication(app, clinic)
  })
  after(() => app[Symbol.asyncDispose]())

  test('an unticked kind is neither in the scope nor readable', async () => {
    const tokens = await getTokens(
      app,
      client,
      'parent@example.com',
      { scope: 'patient/*.read' },
      { kinds: ['Patient', 'Immunization'] },
    )
    assert.deepEqual(
      new Set(tokens.scope.split(' ')),
      new Set(['patient/Patient.read', 'patient/Immunization.read', 'offline_access']),
    )
    assert.equal((await readApi(app, 'Immunization', tokens.access_token)).status, 200)
    const refused = await readApi(app, 'Observation', tokens.access_token)
    assert.equal(refused.status, 403)
    assert.match(JSON.stringify(refused.body), /patient\/Observation\.read/)
    assert.match(refused.headers.get('www-authenticate') ?? '', /insufficient_scope/)
  })

  test("the page shows the app's logo from its own origin and from no other", async () => {
    const logoUri = 'https://static.app.example:8443/logo.png'
    const withLogo = await anApplication(app, clinic, { logoUri })
    const request = { response_type: 'code', client_id: withLogo.id, redirect_uri: redirectUri }
    const { page } = await openConsent(app, request, 'parent@example.com')
    assert.match(page.body, /<img [^>]*src="https:\/\/static\.app\.example:8443\/logo\.png" alt=""/)
    const policy = page.headers.get('content-security-policy') ?? ''
    assert.match(policy, /img-src 'self' data: https:\/\/static\.app\.example:8443;/)
  })

  test('an unticked person is as if they did not exist', async () => {
    const tokens = await getTokens(app, client, 'parent@example.com', {}, { persons: 1 })
    const patients = await readApi(app, 'Patient', tokens.access_token)
    assert.equal(patients.body.count, 1)
    const other = patients.body.results[0].id === 'ana' ? 'kim' : 'ana'
    assert.equal((await readApi(app, `Patient/${other}`, tokens.access_token)).status, 404)
    assert.equal((await readApi(app, `Immunization?patient=${other}`, tokens.access_token)).body.count, 0)
    assert.equal(tokens.patient, patients.body.results[0].id)
  })

  test('with several persons the answer names no single patient', async () => {
    const tokens = await getTokens(app, client, 'parent@example.com')
    assert.equal(tokens.patient, undefined)
    assert.equal((await readApi(app, 'Patient', tokens.access_token)).body.count, 2)
  })

  test('a form cannot give more than was asked for', async () => {
    const tokens = await getTokens(
      app,
      client,
      'parent@example.com',
      { scope: 'patient/Immunization.rs' },
      { kinds: ['Immunization', 'Observation'] },
    )
    assert.deepEqual(new Set(tokens.scope.split(' ')), new Set(['patient/Immunization.rs', 'offline_access']))
    assert.equal((await readApi(app, 'Observation', tokens.access_token)).status, 403)
  })

  test('what the application is not registered for is left out of the answer', async () => {
    const narrow = await anApplication(app, clinic, { scopes: ['patient/Immunization.read'] })
    const tokens = await getTokens(app, narrow, 'parent@example.com', {
      scope: 'patient/Immunization.read patient/Observation.read',
    })
    assert.deepEqual(
      new Set(tokens.scope.split(' ')),
      new Set(['patient/Immunization.read', 'offline_access']),
    )
  })

  const category = 'http://terminology.hl7.org/CodeSystem/observation-category'
  const part = (code: string) => `patient/Observation.rs?category=${category}|${code}`

  test('parts of a kind are named in plain words, and each can be left out', async () => {
    const request = {
      response_type: 'code',
      client_id: client.id,
      redirect_uri: redirectUri,
      scope: `patient/Condition.rs ${part('laboratory')} ${part('vital-signs')} ${part('made-up')}`,
    }
    const { page } = await openConsent(app, request, 'parent@example.com')
    for (const words of [
      'Conditions and diagnoses',
      'Lab results',
      'Vital signs, such as blood pressure and weight',
    ])
      assert.match(page.body, new RegExp(`<span>${words}</span>`))
    assert.match(page.body, /only those with category made-up/)
    const kinds = ['Condition', `Observation?category=${category}|vital-signs`]
    const tokens = await getTokens(app, client, 'parent@example.com', { scope: request.scope }, { kinds })
    assert.deepEqual(
      new Set(tokens.scope.split(' ')),
      new Set(['patient/Condition.rs', part('vital-signs'), 'offline_access']),
    )
  })

  test('who asks for a whole kind beside a part of it is asked about the whole', async () => {
    const scope = `patient/Observation.rs ${part('laboratory')}`
    const kinds = [`Observation?category=${category}|laboratory`]
    const request = { response_type: 'code', client_id: client.id, redirect_uri: redirectUri, scope }
    const { page } = await openConsent(app, request, 'parent@example.com')
    assert.deepEqual(boxesOf(page, 'kind'), ['Observation'])
    const tokens = await getTokens(app, client, 'parent@example.com', { scope })
    assert.deepEqual(new Set(tokens.scope.split(' ')), new Set([...scope.split(' '), 'offline_access']))
    await assert.rejects(getTokens(app, client, 'parent@example.com', { scope }, { kinds }))
  })

  test('a filter that cannot be kept is not given, and a part does not become the whole on refresh', async () => {
    const odd = 'patient/Observation.rs?date=2024'
    const tokens = await getTokens(app, client, 'parent@example.com', {
      scope: `${part('laboratory')} ${odd} offline_access`,
    })
    assert.deepEqual(new Set(tokens.scope.split(' ')), new Set([part('laboratory'), 'offline_access']))
    const wider = await postToken(app, {
      client_id: client.id,
      client_secret: client.secret,
      grant_type: 'refresh_token',
      refresh_token: String(tokens.refresh_token),
      scope: 'patient/Observation.rs',
    })
    assert.equal(wider.status, 400)
    assert.equal(wider.body.error, 'invalid_scope')
    assert.match(String(wider.body.error_description), /leave scope out/)
  })

  test('an application that is registered for a part gets no more than that', async () => {
    const narrow = await anApplication(app, clinic, { scopes: [part('laboratory'), 'offline_access'] })
    const all = await getTokens(app, narrow, 'parent@example.com', {})
    assert.deepEqual(new Set(all.scope.split(' ')), new Set([part('laboratory'), 'offline_access']))
    const asked = await getTokens(app, narrow, 'parent@example.com', {
      scope: `patient/Observation.rs ${part('vital-signs')} ${part('laboratory')}`,
    })
    assert.deepEqual(new Set(asked.scope.split(' ')), new Set([part('laboratory'), 'offline_access']))
  })

  test('the application is informed when the access will end, and with no end it learns nothing', async () => {
    const days = { month: 30, '13-months': 396 }
    for (const [duration, count] of Object.entries(days)) {
      const tokens = await getTokens(app, client, 'parent@example.com', {}, { duration })
      const end = new Date(app.clock.now().getTime() + count * 24 * 3600 * 1000)
      assert.equal(tokens.access_grant_expiration, end.toISOString())
      const { body } = await postToken(app, {
        client_id: client.id,
        client_secret: client.secret,
        grant_type: 'refresh_token',
        refresh_token: String(tokens.refresh_token),
      })
      assert.equal(body.access_grant_expiration, end.toISOString(), 'a refresh moves nothing')
    }
    const endless = await getTokens(app, client, 'parent@example.com')
    assert.equal('access_grant_expiration' in endless, false)
  })

  test('an application that works on one patient has the person choose one, and is shown which', async () => {
    const scope = 'launch/patient patient/*.rs'
    const request = { response_type: 'code', client_id: client.id, redirect_uri: redirectUri, scope }
    const { browser, page } = await openConsent(app, request, 'parent@example.com')
    assert.equal(page.body.match(/<input type="radio" name="person"/g)?.length, 2)
    assert.doesNotMatch(page.body, /<input type="radio" name="person"[^>]* checked/)
    const [first = '', second = ''] = boxesOf(page, 'person')
    const send = (person: string[]) =>
      browser.post(page.url, {
        _csrf: fieldOf(page, '_csrf'),
        decision: 'Authorize',
        kind: boxesOf(page, 'kind'),
        person,
        duration: 'until-ended',
      })
    const both = await send([first, second])
    assert.equal(both.status, 400)
    assert.match(both.body, /one record at a time: choose one/)
    const none = await send([])
    assert.equal(none.status, 400)
    const tokens = await getTokens(app, client, 'parent@example.com', { scope }, { persons: 1 })
    const patients = await readApi(app, 'Patient', tokens.access_token)
    assert.deepEqual(
      patients.body.results.map(({ id }: { id: string }) => id),
      [tokens.patient],
    )
    const { body } = await postToken(app, {
      client_id: client.id,
      client_secret: client.secret,
      grant_type: 'refresh_token',
      refresh_token: String(tokens.refresh_token),
    })
    assert.equal(body.patient, tokens.patient)
    for (const answer of [tokens, body]) {
      assert.equal(answer.need_patient_banner, true)
      const style = await fetch(String(answer.smart_style_url))
      assert.match(((await style.json()) as { color_text: string }).color_text, /^#/)
    }
  })

  test('a v2 scope with read but not search opens single records and no list', async () => {
    const tokens = await getTokens(app, client, 'parent@example.com', { scope: 'patient/Immunization.r' })
    assert.equal((await readApi(app, 'Immunization/ana-imm-0000', tokens.access_token)).status, 200)
    assert.equal((await readApi(app, 'Immunization', tokens.access_token)).status, 403)
  })

  test('openid brings an id_token for the account', async () => {
    const tokens = await getTokens(app, client, 'parent@example.com', {
      scope: 'openid fhirUser patient/*.read',
      nonce: 'n1',
    })
    const payload = JSON.parse(
      Buffer.from(String(tokens.id_token).split('.')[1] ?? '', 'base64url').toString(),
    )
    const account = await app.modules.accounts.findByEmail('parent@example.com')
    assert.equal(payload.sub, account?.id)
    assert.equal(payload.nonce, 'n1')
    assert.equal(payload.iss, app.portalUrl)
  })

  const patient = 'parent@example.com'
  const decide = (page: Answer) => ({
    _csrf: fieldOf(page, '_csrf'),
    shown_to: fieldOf(page, 'shown_to'),
    decision: 'Authorize',
    kind: boxesOf(page, 'kind'),
    person: boxesOf(page, 'person'),
    duration: 'until-ended',
  })
  const startIn = async (browser: Browser) => {
    const params = new URLSearchParams({
      response_type: 'code',
      client_id: client.id,
      redirect_uri: redirectUri,
    })
    return browser.follow(await browser.get(`${app.portalUrl}/o/authorize/?${params}`), app.portalUrl)
  }

  test('a person who signs in in two tabs reaches the app from both', async () => {
    const browser = openBrowser()
    const tabs = [await startIn(browser), await startIn(browser)]
    for (const tab of tabs) assert.match(tab.url, /\/signin/)
    for (const tab of tabs) {
      const page = await browser.follow(await signIn(browser, tab, patient), app.portalUrl)
      assert.match(page.url, /\/o\/interaction\//)
      const back = await browser.follow(await browser.post(page.url, decide(page)), app.portalUrl)
      assert.match(back.location ?? '', /[?&]code=/)
    }
  })

  test('a sign-in that names another account than the one of the first tab is asked', async () => {
    const browser = openBrowser()
    const tabs = [await startIn(browser), await startIn(browser)]
    await signIn(browser, tabs[0] as Answer, patient)
    const answer = await signIn(browser, tabs[1] as Answer, clinic.provider.email)
    const question = await browser.follow(answer, app.portalUrl)
    assert.match(question.body, /Continue as/)
    assert.match(question.body, /Sign out/)
  })

  test('a sign-in that ends or is renewed during consent leads back to the question, and allows nothing', async () => {
    const browser = openBrowser()
    const page = await browser.follow(await signIn(browser, await startIn(browser), patient), app.portalUrl)
    const account = await app.modules.accounts.findByEmail(patient)
    const countGrants = async () => (await listOpenGrants(app.modules.grants, account?.id ?? '')).length
    const before = await countGrants()
    const signOut = async () => {
      const question = await browser.get(`${app.portalUrl}/signin?switch=1`)
      await browser.post(`${app.portalUrl}/signout`, { _csrf: fieldOf(question, '_csrf'), next: '/' })
    }
    await signOut()
    const led = await browser.follow(await browser.post(page.url, decide(page)), app.portalUrl)
    assert.match(led.url, /\/signin/)
    const anew = await browser.follow(await signIn(browser, led, patient), app.portalUrl)
    assert.equal(anew.url, page.url)
    // Renewed: the form of the first sign-in is old, its person the same.
    const again = await browser.follow(await browser.post(page.url, decide(page)), app.portalUrl)
    assert.deepEqual([again.status, again.url], [200, page.url])
    assert.equal(await countGrants(), before)
    await signOut()
    await signIn(browser, await browser.get(`${app.portalUrl}/signin?next=/`), clinic.provider.email)
    const refused = await browser.post(page.url, decide(again))
    assert.equal(refused.status, 403)
    assert.match(refused.body, /shown to another person.*has signed in/)
    assert.equal(await countGrants(), before)
  })

  test('a POST to an address that does not exist is 404, whatever it brings', async () => {
    for (const path of ['/oauth/token', '/nothing/here']) {
      const body = new URLSearchParams({ grant_type: 'authorization_code' })
      const answer = await fetch(`${app.portalUrl}${path}`, { method: 'POST', body })
      assert.equal(answer.status, 404, path)
    }
  })
})
