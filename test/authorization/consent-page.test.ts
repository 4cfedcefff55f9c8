import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openConsent } from '../support/authorize.ts'
import { type Answer, type Browser, boxesOf, fieldOf } from '../support/browser.ts'
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
import { anEncounter } from './launches/launch-people.ts'

describe('the consent page', () => {
  let app: TestApp
  let clinic: Clinic
  before(async () => {
    app = await startApp({ REGISTRATION: 'open' })
    clinic = await aClinic(app, 'West Clinic')
    for (const id of ['ana', 'kim']) await aPatient(app, clinic, id)
    await aReader(app, clinic, 'parent@example.com', ['ana', 'kim'], 'parent')
    const visits = ['2026-05-03', '2026-05-04'].map((day) => anEncounter(`kim-${day}`, 'kim', day))
    await app.modules.records.write(visits.map((resource) => ({ practiceId: clinic.practice.id, resource })))
  })
  after(() => app[Symbol.asyncDispose]())

  const open = (clientId: string, email = 'parent@example.com', params: Record<string, string> = {}) =>
    openConsent(
      app,
      {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        aud: `${app.fhirUrl}/fhir/r4`,
        ...params,
      },
      email,
    )

  describe('says who registered the app:', () => {
    const leadOf = ({ body }: Answer) =>
      (/<p class="lead">(.*?)<\/p>/s.exec(body)?.[1] ?? '').replaceAll(/<[^>]+>/g, '')

    test('somebody who works at a practice of the person', async () => {
      const { id } = await anApplication(app, clinic)
      const { page } = await open(id)
      assert.match(leadOf(page), /registered by Dr\. West Clinic, who works at West Clinic\. You decide/)
      assert.doesNotMatch(leadOf(page), /not by your practice/)
    })

    test('a developer, also one whose practice has the same name as the person’s', async () => {
      const owner = await anAccount(app, 'dev@example.com', 'Dev Eloper')
      await app.modules.practices.createForProvider(owner, clinic.practice.name)
      const { id } = await anApplication(app, { ...clinic, provider: owner })
      const { page } = await open(id)
      assert.match(leadOf(page), /registered by Dev Eloper, a developer, not by your practice\./)
      assert.doesNotMatch(leadOf(page), /West Clinic/)
    })

    test('a patient of the practice is no practice, and neither is who worked there before', async () => {
      const patient = await aReader(app, clinic, 'other@example.com', ['ana'])
      const leaver = await anAccount(app, 'leaver@example.com', 'Dr. Leaver')
      const { practices } = app.modules
      const work = await practices.associate({
        accountId: leaver.id,
        practiceId: clinic.practice.id,
        role: 'staff',
      })
      for (const provider of [patient, leaver]) {
        const { id } = await anApplication(app, { ...clinic, provider })
        if (provider === leaver) await practices.endAssociation(clinic.practice.id, work.id)
        assert.match(leadOf((await open(id)).page), /a developer, not by your practice/)
      }
    })

    test('the person', async () => {
      const { id } = await anApplication(app, clinic)
      const { page } = await open(id, clinic.provider.email)
      assert.match(leadOf(page), /You registered this app yourself\./)
    })

    test('nobody whom we know, when it registered itself', async () => {
      const response = await fetch(`${app.portalUrl}/o/register/`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_name: 'Diary', redirect_uris: [redirectUri], scope: 'patient/*.rs' }),
      })
      const { client_id } = (await response.json()) as { client_id: string }
      const { page } = await open(client_id)
      assert.match(leadOf(page), /registered itself: neither your practice nor anybody else/)
    })
  })

  describe('that comes back with an error keeps', () => {
    const send = (browser: Browser, page: Answer, fields: Record<string, string | string[]>) =>
      browser.post(page.url.replace(/\/patient$/, ''), {
        _csrf: fieldOf(page, '_csrf'),
        decision: 'Authorize',
        ...fields,
      })
    const isTicked = ({ body }: Answer, name: string, value: string) =>
      body.includes(`name="${name}" value="${value}" checked`)

    test('the ticked kinds, the ticked persons and the duration', async () => {
      const { id } = await anApplication(app, clinic)
      const { browser, page } = await open(id)
      const [first = '', second = ''] = boxesOf(page, 'person')
      assert.ok(isTicked(page, 'person', first) && isTicked(page, 'kind', 'Goal'), 'all are ticked at first')
      const fields = { kind: ['Patient', 'Immunization'], duration: 'month' }
      const nobody = await send(browser, page, fields)
      assert.equal(nobody.status, 400)
      assert.equal(isTicked(nobody, 'person', first) || isTicked(nobody, 'person', second), false)
      assert.deepEqual(
        ['Patient', 'Immunization', 'Goal'].map((kind) => isTicked(nobody, 'kind', kind)),
        [true, true, false],
      )
      assert.match(nobody.body, /<details class="disclosure" open>/)
      assert.match(nobody.body, /<option value="month" selected>/)
      const nothing = await send(browser, page, { person: second, duration: 'once' })
      assert.equal(nothing.status, 400)
      assert.deepEqual(
        [isTicked(nothing, 'person', first), isTicked(nothing, 'person', second)],
        [false, true],
      )
      assert.match(nothing.body, /<option value="once" selected>/)
    })

    test('the one record that was chosen, which can still be changed', async () => {
      const { id } = await anApplication(app, clinic)
      const { browser, page } = await open(id, 'parent@example.com', { scope: 'launch/patient patient/*.rs' })
      const [first = '', second = ''] = boxesOf(page, 'person')
      const back = await send(browser, page, { person: second, duration: 'month' })
      assert.equal(back.status, 400)
      assert.deepEqual(boxesOf(back, 'person'), [first, second])
      assert.ok(isTicked(back, 'person', second))
    })

    test('the patient, the visit and the tick for all other patients', async () => {
      const { id } = await anApplication(app, clinic, { scopes: ['patient/*.rs', 'user/*.rs'] })
      const scope = 'launch/patient launch/encounter patient/Observation.rs user/Patient.rs'
      const { browser, page } = await open(id, clinic.provider.email, { scope })
      const person = fieldOf(page, 'person')
      const consent = await browser.post(`${page.url}/patient`, {
        _csrf: fieldOf(page, '_csrf'),
        person,
        patient: 'kim',
      })
      assert.equal(isTicked(consent, 'panel', 'all'), false)
      const fields = { person, patient: 'kim', encounter: 'kim-2026-05-03', duration: 'once' }
      const withPanel = await send(browser, consent, { ...fields, panel: 'all' })
      assert.equal(withPanel.status, 400)
      assert.ok(isTicked(withPanel, 'panel', 'all'))
      assert.match(withPanel.body, /<option value="kim-2026-05-03" selected>/)
      assert.match(withPanel.body, /<option value="once" selected>/)
      assert.match(withPanel.body, /<strong>kim Rivera<\/strong>/)
      const without = await send(browser, consent, fields)
      assert.equal(isTicked(without, 'panel', 'all'), false)
    })
  })
})
