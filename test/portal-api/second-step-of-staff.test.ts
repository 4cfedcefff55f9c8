import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { codeOf } from '../support/authenticator-app.ts'
import { authorize, getTokens, openConsent, readApi } from '../support/authorize.ts'
import { boxesOf, fieldOf } from '../support/browser.ts'
import { listOpenGrants } from '../support/open-grants.ts'
import {
  aClinic,
  anApplication,
  aPatient,
  aReader,
  type Clinic,
  password,
  redirectUri,
} from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { openPortal, type Portal } from './open-portal.ts'

/** Sets up an authenticator app in this sign-in; its secret. */
async function setUpApp(app: TestApp, portal: Portal): Promise<string> {
  const { body } = await portal.call('POST', '/me/factors/authenticator-app')
  const code = codeOf(body.text, app.clock.now())
  const answer = await portal.call('POST', '/me/factors/authenticator-app/confirm', { code })
  assert.equal(answer.status, 200)
  app.clock.forward(60)
  return body.text
}

const requireIt = (portal: Portal, { practice }: Clinic, isRequired = true) =>
  portal.call('PUT', `/practices/${practice.id}/second-step`, { isRequired })

describe('a practice that asks its staff for a second step', () => {
  let app: TestApp
  let clinic: Clinic
  let staff: { id: string; email: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'North')
    await aPatient(app, clinic, 'ana')
    const { accounts, practices } = app.modules
    staff = await accounts.create({ email: 'desk@example.com', password, displayName: 'Desk' })
    await practices.associate({ accountId: staff.id, practiceId: clinic.practice.id, role: 'staff' })
    // At another practice, and as a patient, the same person needs none.
    const other = await aClinic(app, 'South')
    await aPatient(app, other, 'kim')
    await practices.associate({
      accountId: staff.id,
      practiceId: other.practice.id,
      role: 'patient',
      patientId: 'kim',
    })
  })
  after(() => app[Symbol.asyncDispose]())

  test('only a provider switches it, and only with a second step of their own', async () => {
    const owner = await openPortal(app, clinic.provider.email)
    const early = await requireIt(owner, clinic)
    assert.deepEqual([early.status, early.body.code], [403, 'second-step-required'])
    const desk = await openPortal(app, staff.email)
    assert.equal((await requireIt(desk, clinic)).body.code, 'not-allowed')
    const stranger = await openPortal(app, 'dr-south@example.com')
    assert.equal((await requireIt(stranger, clinic)).status, 404)
    assert.equal((await owner.call('PUT', `/practices/${clinic.practice.id}/second-step`, {})).status, 400)
  })

  test('who signed in by the password alone reaches nothing of the panel, on no way', async () => {
    const clientOf = await anApplication(app, clinic)
    const before = await getTokens(app, clientOf, staff.email)
    const patients = await getTokens(
      app,
      clientOf,
      (await aReader(app, clinic, 'ana@example.com', ['ana'])).email,
    )
    assert.equal((await readApi(app, 'Patient', before.access_token)).body.count, 2)
    const desk = await openPortal(app, staff.email)
    assert.equal((await desk.call('GET', `/records?patient=ana`)).status, 200)

    const owner = await openPortal(app, clinic.provider.email)
    await setUpApp(app, owner)
    assert.deepEqual((await requireIt(owner, clinic)).body, { requiresSecondStep: true })

    // The portal, in a sign-in that is open already.
    const id = clinic.practice.id
    for (const path of ['', '/patients', '/people', '/invitations', '/approvals', '/brand']) {
      const answer = await desk.call('GET', `/practices/${id}${path}`)
      assert.deepEqual([answer.status, answer.body.code], [403, 'second-step-required'], path)
    }
    const invitation = { patientId: 'ana', email: 'x@example.com', role: 'proxy', relationship: 'x' }
    assert.equal((await desk.call('POST', `/practices/${id}/invitations`, invitation)).status, 403)
    assert.equal((await desk.call('GET', '/records?patient=ana')).status, 404)
    assert.equal((await desk.call('GET', '/records/Patient?patient=ana')).status, 404)
    assert.equal((await desk.call('GET', '/records?patient=kim')).status, 200, 'the own record')
    type Own = { id: string; role: string; needsSecondStep: boolean }
    const associations: Own[] = (await desk.call('GET', '/me')).body.associations
    const work = associations.find(({ role }) => role === 'staff')
    assert.equal(work?.needsSecondStep, true)
    assert.equal(associations.find(({ role }) => role === 'patient')?.needsSecondStep, false)

    const workId = work?.id ?? ''
    const choices = await desk.call('GET', `/launches/choices?association=${workId}&patient=ana`)
    assert.equal(choices.status, 404)
    const launch = { associationId: workId, patientId: 'ana', applicationId: clientOf.id }
    assert.equal((await desk.call('POST', '/launches', launch)).status, 404)

    // Applications: what was given before has ended, that of patients goes on, and consent offers no panel.
    assert.equal((await readApi(app, 'Patient', before.access_token)).status, 401)
    assert.equal((await readApi(app, 'Patient', patients.access_token)).status, 200)
    const request = { response_type: 'code', client_id: clientOf.id, redirect_uri: redirectUri }
    const { browser, page } = await openConsent(app, request, staff.email)
    assert.match(page.url, /\/account\/settings\/security\?next=%2Fo%2F/, 'led to set it up')
    const consent = await browser.get(`${app.portalUrl}${new URL(page.url).searchParams.get('next')}`)
    const offered = boxesOf(consent, 'person')
    assert.equal(offered.length, 1)
    assert.doesNotMatch(consent.body, /All \d+ patients/)
    const forced = await browser.post(consent.url, {
      _csrf: fieldOf(consent, '_csrf'),
      decision: 'Authorize',
      kind: boxesOf(consent, 'kind'),
      person: [work?.id ?? ''],
      duration: 'until-ended',
    })
    assert.equal(forced.status, 400)
    const onePatient = await openConsent(
      app,
      { ...request, scope: 'launch/patient patient/*.rs' },
      staff.email,
    )
    const way = await browser.get(`${app.portalUrl}${new URL(onePatient.page.url).searchParams.get('next')}`)
    assert.doesNotMatch(way.body, /name="birthDate"/, 'no search of the panel')
  })

  test('after the second step was set up the panel is open, for applications too', async () => {
    const desk = await openPortal(app, staff.email)
    assert.equal((await desk.call('GET', `/practices/${clinic.practice.id}/patients`)).status, 403)
    const secret = await setUpApp(app, desk)
    assert.equal((await desk.call('GET', `/practices/${clinic.practice.id}/patients`)).status, 200)

    // The whole way of an application: password, code, consent, back with a code.
    const client = await anApplication(app, clinic)
    const request = { response_type: 'code', client_id: client.id, redirect_uri: redirectUri }
    const { browser, page } = await openConsent(app, request, staff.email)
    assert.match(page.url, /\/signin\/code\?next=%2Fo%2Finteraction%2F/)
    const answer = await browser.post(`${app.portalUrl}/signin/code`, {
      _csrf: fieldOf(page, '_csrf'),
      next: fieldOf(page, 'next'),
      code: codeOf(secret, app.clock.now()),
    })
    const consent = await browser.follow(answer, app.portalUrl)
    assert.match(consent.body, /All 1 patients of North/)
    const done = await browser.post(consent.url, {
      _csrf: fieldOf(consent, '_csrf'),
      decision: 'Authorize',
      kind: boxesOf(consent, 'kind'),
      person: boxesOf(consent, 'person'),
      duration: 'until-ended',
    })
    const back = await browser.follow(done, app.portalUrl)
    assert.ok(new URL(back.location ?? '').searchParams.get('code'), 'back at the application with a code')

    // Without its factor the sign-in is one of one step again.
    await desk.call('DELETE', '/me/factors/authenticator-app')
    assert.equal((await desk.call('GET', `/practices/${clinic.practice.id}/patients`)).status, 403)
  })

  test('who works nowhere else and connects an application is led to set the second step up first', async () => {
    const { accounts, practices } = app.modules
    const nurse = await accounts.create({ email: 'nurse@example.com', password, displayName: 'Nurse' })
    await practices.associate({ accountId: nurse.id, practiceId: clinic.practice.id, role: 'staff' })
    const client = await anApplication(app, clinic)
    const request = { response_type: 'code', client_id: client.id, redirect_uri: redirectUri }
    const { browser, page } = await openConsent(app, request, nurse.email)
    const consentPath = new URL(page.url).searchParams.get('next') ?? ''
    const again = await browser.get(`${app.portalUrl}${consentPath}`)
    assert.match(again.location ?? '', /\/account\/settings\/security\?next=%2Fo%2Finteraction%2F/)
  })

  test('what staff give without it in the moment in which the switch is turned on does not outlive it', async () => {
    const { accounts, grants, practices } = app.modules
    const west = await aClinic(app, 'West')
    const client = await anApplication(app, west)
    const nurse = await accounts.create({ email: 'west@example.com', password, displayName: 'Nurse' })
    const { id } = await practices.associate({
      accountId: nurse.id,
      practiceId: west.practice.id,
      role: 'staff',
    })
    const { token } = await accounts.startSignIn(nurse.id, { ip: '192.0.2.1', userAgent: 'x' })
    const give = async () =>
      grants.create({
        accountId: nurse.id,
        applicationId: client.id,
        scopes: ['user/*.read'],
        associationIds: [id],
        expiresAt: undefined,
        signInId: (await accounts.findSignIn(token))?.signIn.id,
      })
    await give()
    let isOn = false
    const turning = practices.requireSecondStep(west.practice.id, { isRequired: true }).finally(() => {
      isOn = true
    })
    while (!isOn) {
      await give().catch(({ code }) => assert.equal(code, 'second-step-required'))
      await setImmediate()
    }
    await turning
    await assert.rejects(give(), { code: 'second-step-required' })
    assert.deepEqual(await listOpenGrants(grants, nurse.id), [])
  })

  test('patients and families sign in as before', async () => {
    const back = await authorize(app, (await anApplication(app, clinic)).id, 'ana@example.com')
    assert.ok(back.get('code'))
  })
})

describe('a provider clears the second step of somebody who has lost it', () => {
  let app: TestApp
  let clinic: Clinic
  let owner: Portal
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'North')
    await aPatient(app, clinic, 'ana')
    owner = await openPortal(app, clinic.provider.email)
  })
  after(() => app[Symbol.asyncDispose]())

  async function aPersonWithApp(name: string) {
    const account = await aReader(app, clinic, `${name}@example.com`, ['ana'], 'parent')
    const portal = await openPortal(app, account.email)
    await setUpApp(app, portal)
    const people = (await owner.call('GET', `/practices/${clinic.practice.id}/people`)).body.people
    const person = people.find((each: { email: string }) => each.email === account.email)
    assert.equal(person.hasSecondStep, true)
    return {
      account,
      portal,
      path: `/practices/${clinic.practice.id}/people/${person.associationId}/factors`,
    }
  }

  test('the account opens by its password again, its sign-ins end, and it is informed', async () => {
    const { account, portal, path } = await aPersonWithApp('mia')
    assert.equal((await portal.call('DELETE', path)).status, 404, 'not by the person')
    assert.equal((await owner.call('DELETE', path)).status, 204)
    assert.equal((await portal.call('GET', '/me')).status, 401)
    assert.equal((await openPortal(app, account.email)).me.account.email, account.email)
    const mail = (await app.modules.outbox?.list())?.find(({ to }) => to === account.email)
    assert.match(mail?.text ?? '', /was removed/)
  })

  test('not when the account reaches records of another practice, too', async () => {
    const { account, path } = await aPersonWithApp('noa')
    const other = await aClinic(app, 'South')
    await aPatient(app, other, 'kim')
    await app.modules.practices.associate({
      accountId: account.id,
      practiceId: other.practice.id,
      role: 'patient',
      patientId: 'kim',
    })
    assert.equal((await owner.call('DELETE', path)).body.code, 'not-allowed')
    assert.equal(await app.modules.accounts.factors.has(account.id), true)
  })

  test('not by staff, and not without a fresh proof', async () => {
    const { account, path } = await aPersonWithApp('lia')
    const staff = await app.modules.accounts.create({ email: 'desk@example.com', password, displayName: 'D' })
    const { id: practiceId } = clinic.practice
    await app.modules.practices.associate({ accountId: staff.id, practiceId, role: 'staff' })
    const desk = await openPortal(app, staff.email)
    assert.equal((await desk.call('DELETE', path)).body.code, 'not-allowed')
    app.clock.forward(601)
    assert.equal((await owner.call('DELETE', path)).body.code, 'proof-required')
    assert.equal(await app.modules.accounts.factors.has(account.id), true)
  })
})
