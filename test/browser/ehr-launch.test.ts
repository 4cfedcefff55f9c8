import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Encounter } from 'fhir/r4'
import type { Browser, Page } from 'playwright-core'
import { aClinic, anApplication, aPatient, aReader, type Clinic, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { checkAccessibility, checkWidth } from './check-accessibility.ts'
import { type AppPage, startAppPage } from './fhirclient-app.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'
import { signInByHand } from './sign-up.ts'

const scope = 'launch launch/encounter openid fhirUser patient/*.rs user/Practitioner.rs offline_access'

describe('an app made with fhirclient that is opened from the practice desk', () => {
  let app: TestApp
  let clinic: Clinic
  let browser: Browser
  let appPage: AppPage
  before(async () => {
    app = await startApp()
    appPage = await startAppPage()
    browser = await launchChromium()
    clinic = await aClinic(app, 'West Clinic')
    for (const id of ['ana', 'kim']) await aPatient(app, clinic, id)
    const visit: Encounter = {
      resourceType: 'Encounter',
      id: 'kim-visit',
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      type: [{ text: 'Check-up' }],
      subject: { reference: 'Patient/kim' },
      period: { start: '2026-05-04' },
    }
    await app.modules.records.write([{ practiceId: clinic.practice.id, resource: visit }])
    const client = await anApplication(app, clinic, {
      name: 'Growth charts',
      kind: 'public',
      redirectUris: [`${appPage.origin}/`],
      launchUri: `${appPage.origin}/launch`,
      scopes: ['patient/*.rs', 'user/*.rs'],
    })
    Object.assign(appPage.launched, { clientId: client.id, scope })
  })
  after(async () => {
    await browser?.close()
    appPage?.server.close()
    await app?.[Symbol.asyncDispose]()
  })

  async function openDesk(size: (typeof sizes)[keyof typeof sizes]) {
    const opened = await openPage(browser, size)
    await opened.page.goto(`${app.portalUrl}/signin`)
    await signInByHand(opened.page, clinic.provider.email, password)
    await opened.page.goto(`${app.portalUrl}/practice/${clinic.practice.id}`)
    return opened
  }

  /** From the desk to the consent page, in the tab that opens. */
  async function openApp(page: Page): Promise<Page> {
    await page.getByRole('button', { name: 'Open app for kim Rivera' }).click()
    await page.getByLabel('Visit').selectOption('kim-visit')
    const opening = page.context().waitForEvent('page')
    await page.getByRole('button', { name: 'Open Growth charts for kim Rivera in a new tab' }).click()
    const tab = await opening
    await tab.waitForURL('**/o/interaction/**')
    return tab
  }

  test('it knows the patient, the visit and who opened it, and refreshes', async () => {
    const { page, errors } = await openDesk(sizes.desktop)
    const tab = await openApp(page)
    assert.equal(await tab.evaluate(() => window.opener), null)
    assert.equal(await tab.getByText('kim Rivera', { exact: true }).isVisible(), true)
    await tab.getByRole('checkbox', { name: /Also what you may see of all other patients/ }).check()
    await tab.getByRole('button', { name: 'Authorize' }).click()
    await tab.waitForURL(`${appPage.origin}/**`)
    await tab.waitForFunction(() => ['ready', 'failed'].includes(document.title))
    const seen = JSON.parse((await tab.locator('#seen').textContent()) ?? '')
    assert.deepEqual([seen.id, seen.labs], ['kim', 1])
    const known = await tab.evaluate(async () => {
      const { client } = window as unknown as { client: FhirClient }
      const before = client.state.tokenResponse
      await client.refresh()
      const after = client.state.tokenResponse
      return {
        patient: client.patient.id,
        encounter: client.encounter.id,
        visit: (await client.encounter.read()).type?.[0]?.text,
        user: (await client.user.read()).resourceType,
        isNew: before.access_token !== after.access_token,
        afterRefresh: [after.patient, after.encounter, after.need_patient_banner],
      }
    })
    assert.deepEqual(known, {
      patient: 'kim',
      encounter: 'kim-visit',
      visit: 'Check-up',
      user: 'Practitioner',
      isNew: true,
      afterRefresh: ['kim', 'kim-visit', true],
    })
    assert.deepEqual(errors, [])
  })

  test('the link that the console shows for it works', async () => {
    const { page } = await openDesk(sizes.desktop)
    await page.goto(`${app.portalUrl}/account/settings/applications/${appPage.launched.clientId}`)
    const link = page.getByText(/\/o\/authorize\/\?redirect_uri=/).first()
    await page.goto((await link.textContent()) ?? '')
    await page.getByRole('button', { name: 'Authorize' }).waitFor()
  })

  test('a parent who has connected it opens it for the child, from the own record', async () => {
    const parent = await aReader(app, clinic, 'parent@example.com', ['ana', 'kim'], 'parent')
    const { page, errors } = await openPage(browser, sizes.phone)
    await page.goto(`${app.portalUrl}/signin`)
    await signInByHand(page, parent.email, password)
    await page.getByRole('heading', { name: 'kim Rivera' }).waitFor()
    assert.equal(await page.getByRole('button', { name: /^Open an app/ }).count(), 0)
    await app.modules.grants.create({
      accountId: parent.id,
      applicationId: appPage.launched.clientId,
      scopes: ['patient/*.rs'],
      associationIds: [],
      expiresAt: undefined,
    })
    await page.getByRole('link', { name: 'ana Rivera' }).click()
    await page.getByRole('button', { name: 'Open an app for ana Rivera' }).click()
    const opening = page.context().waitForEvent('page')
    await page.getByRole('button', { name: 'Open Growth charts for ana Rivera in a new tab' }).click()
    const tab = await opening
    await tab.getByText('ana Rivera', { exact: true }).waitFor()
    await tab.getByRole('button', { name: 'Authorize' }).click()
    await tab.waitForFunction(() => ['ready', 'failed'].includes(document.title))
    assert.equal(JSON.parse((await tab.locator('#seen').textContent()) ?? '').id, 'ana')
    assert.deepEqual(errors, [])
  })

  for (const [name, size] of Object.entries(sizes))
    test(`its dialog and the consent page can be used by everybody (${name})`, async () => {
      const { page } = await openDesk(size)
      await page.getByRole('button', { name: 'Open app for kim Rivera' }).click()
      await page.getByLabel('Visit').waitFor()
      await checkAccessibility(page, 'the dialog of apps')
      await page.keyboard.press('Escape')
      const tab = await openApp(page)
      await checkAccessibility(tab, 'the consent page of a launch')
      await checkWidth(tab, 'the consent page of a launch')
    })

  test('the choice of a patient and a visit works without scripts and can be used by everybody', async () => {
    const { id: clientId } = await anApplication(app, clinic, { redirectUris: [`${appPage.origin}/`] })
    for (const javaScriptEnabled of [false, true]) {
      const { page } = await openPage(browser, { ...sizes.phone, javaScriptEnabled })
      const request = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: `${appPage.origin}/`,
        scope: 'launch/patient launch/encounter patient/*.read',
      })
      await page.goto(`${app.portalUrl}/o/authorize/?${request}`)
      await signInByHand(page, clinic.provider.email, password)
      await page.getByLabel('Name').fill('ki')
      await page.getByRole('button', { name: 'Search' }).click()
      assert.equal(await page.getByRole('button', { name: /^Choose ana/ }).count(), 0)
      if (javaScriptEnabled) {
        await checkAccessibility(page, 'the choice of a patient')
        await checkWidth(page, 'the choice of a patient')
      }
      await page.getByRole('button', { name: /^Choose kim Rivera, born April 2, 1988/ }).click()
      await page.getByLabel('Visit', { exact: true }).selectOption('Check-up, May 4, 2026')
      if (javaScriptEnabled) {
        await checkAccessibility(page, 'consent with the choice of a visit')
        await checkWidth(page, 'consent with the choice of a visit')
      }
      await page.getByRole('button', { name: 'Authorize' }).click()
      await page.waitForURL(`${appPage.origin}/?code=**`)
    }
  })
})

interface FhirClient {
  state: { tokenResponse: Record<string, unknown> }
  patient: { id: string }
  encounter: { id: string; read(): Promise<{ type?: Array<{ text: string }> }> }
  user: { read(): Promise<{ resourceType: string }> }
  refresh(): Promise<unknown>
}
