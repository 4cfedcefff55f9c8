import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { aClinic, anApplication, aPatient, aReader, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { checkAccessibility, checkWidth } from './check-accessibility.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'
import { signInByHand } from './sign-up.ts'

for (const [size, options] of Object.entries(sizes))
  describe(`sign-out started by an application, ${size}`, () => {
    let app: TestApp
    let browser: Browser
    before(async () => {
      app = await startApp()
      browser = await launchChromium()
    })
    after(async () => {
      await browser?.close()
      await app?.[Symbol.asyncDispose]()
    })

    test('the question can be read by all, works without scripts, and leads back to the application', async () => {
      const clinic = await aClinic(app, 'West Clinic')
      await aPatient(app, clinic, 'ana')
      await aReader(app, clinic, 'ana@example.com', ['ana'])
      const goodbye = `${app.portalUrl}/api_fhir/api-docs/tutorial`
      const { id } = await anApplication(app, clinic, { postLogoutRedirectUris: [goodbye] })
      const { page, errors } = await openPage(browser, { ...options, javaScriptEnabled: false })
      await page.goto(`${app.portalUrl}/signin`)
      await signInByHand(page, 'ana@example.com', password)
      const query = new URLSearchParams({ client_id: id, post_logout_redirect_uri: goodbye, state: 's' })
      await page.goto(`${app.portalUrl}/o/logout/?${query}`)
      await page.getByRole('heading', { name: 'Sign out of onpatient?' }).waitFor()
      await page.getByRole('button', { name: 'Sign out' }).last().click()
      await page.waitForURL(`${goodbye}?state=s`)

      // Nobody is signed in any more: the way back is a link.
      const looked = await openPage(browser, options)
      await looked.page.goto(`${app.portalUrl}/o/logout/?${query}`)
      await looked.page.getByRole('link', { name: 'Go back to My test app' }).waitFor()
      await checkAccessibility(looked.page, 'signed out')
      await checkWidth(looked.page, 'signed out')
      await looked.page.goto(`${app.portalUrl}/signin`)
      await signInByHand(looked.page, 'ana@example.com', password)
      await looked.page.goto(`${app.portalUrl}/o/logout/?${query}`)
      await looked.page.getByRole('heading', { name: 'Sign out of onpatient?' }).waitFor()
      await checkAccessibility(looked.page, 'asked before signing out')
      await checkWidth(looked.page, 'asked before signing out')
      assert.deepEqual([...errors, ...looked.errors], [])
    })
  })
