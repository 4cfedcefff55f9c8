import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { aClinic, anApplication, aPatient, aReader, type Clinic, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { type AppPage, startAppPage } from './fhirclient-app.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'
import { signInByHand } from './sign-up.ts'

describe('an app made with fhirclient, in a browser', () => {
  let app: TestApp
  let clinic: Clinic
  let browser: Browser
  let appPage: AppPage
  before(async () => {
    app = await startApp()
    appPage = await startAppPage()
    browser = await launchChromium()
    clinic = await aClinic(app, 'West Clinic')
    await aPatient(app, clinic, 'ana', { observations: 120 })
    await aPatient(app, clinic, 'kim')
    await aReader(app, clinic, 'parent@example.com', ['ana', 'kim'], 'parent')
  })
  after(async () => {
    await browser?.close()
    appPage?.server.close()
    await app?.[Symbol.asyncDispose]()
  })

  /** Up to the page of the app that is ready. */
  async function launch(scope: string): Promise<{ page: Page; errors: string[] }> {
    const redirectUri = `${appPage.origin}/`
    const { id: clientId } = await anApplication(app, clinic, { kind: 'public', redirectUris: [redirectUri] })
    const { page, errors } = await openPage(browser, sizes.desktop)
    const settings = { iss: `${app.fhirUrl}/fhir/r4`, clientId, scope, redirectUri }
    await page.goto(`${appPage.origin}/#${new URLSearchParams(settings)}`)
    await page.waitForURL('**/signin**')
    await signInByHand(page, 'parent@example.com', password)
    await page.waitForURL('**/o/interaction/**')
    await page.getByRole('radio').first().check()
    await page.getByRole('button', { name: 'Authorize' }).click()
    await page.waitForURL(`${appPage.origin}/**`)
    await page.waitForFunction(() => ['ready', 'failed'].includes(document.title))
    return { page, errors }
  }

  const seenBy = async (page: Page) => JSON.parse((await page.locator('#seen').textContent()) ?? '')

  test('launches alone, reads the patient that was chosen, page after page, and learns who it is', async () => {
    const { page, errors } = await launch('launch/patient openid fhirUser patient/*.rs offline_access')
    const seen = await seenBy(page)
    assert.ok(['ana', 'kim'].includes(seen.id))
    assert.equal(seen.labs, seen.id === 'ana' ? 120 : 1)
    assert.deepEqual(errors, [])
  })

  test('refreshes by itself when its token has expired, and stops when the access was ended', async () => {
    const { page } = await launch('launch/patient patient/*.rs offline_access')
    const read = () =>
      page.evaluate(() =>
        (window as unknown as { client: { request(path: string): Promise<{ resourceType: string }> } }).client
          .request('Patient')
          .then(
            ({ resourceType }) => resourceType,
            (error: Error) => error.message,
          ),
      )
    assert.equal(await read(), 'Bundle')
    app.clock.forward(3 * 24 * 3600)
    // The library looks at its own clock.
    await page.clock.setFixedTime(app.clock.now())
    assert.equal(await read(), 'Bundle')
    const account = await app.modules.accounts.findByEmail('parent@example.com')
    await app.modules.grants.endAllOfAccount(account?.id ?? '', 'a test')
    assert.notEqual(await read(), 'Bundle')
  })
})
