import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { demoPassword, makeDemo } from '#server/demo/demo.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { checkAccessibility, checkWidth } from './check-accessibility.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'
import { signInByHand } from './sign-up.ts'

for (const [size, options] of Object.entries(sizes))
  describe(`the demo client, ${size}`, () => {
    let app: TestApp
    let browser: Browser
    before(async () => {
      app = await startApp()
      await makeDemo({ ...app.modules, clock: app.clock, portalUrl: app.portalUrl }, { patients: 5 })
      browser = await launchChromium()
    })
    after(async () => {
      await browser?.close()
      await app?.[Symbol.asyncDispose]()
    })

    test('Authorize leads back to a page that shows every request and answer, and refreshes', async () => {
      const { page, errors } = await openPage(browser, options)
      await page.goto(`${app.portalUrl}/demo/client`)
      await page.locator('main :is(a.button, button)').first().click()
      await signInByHand(page, 'parent@demo.example', demoPassword)
      await page.locator('#authorizationForm').waitFor()
      assert.equal(await page.locator('input[name=person]').count(), 3, 'own record and two children')
      await checkAccessibility(page, 'consent')
      await checkWidth(page, 'consent')
      const weight = (await page.evaluate(
        'performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation")).reduce((sum, each) => sum + each.decodedBodySize, 0)',
      )) as number
      assert.ok(weight > 1000 && weight < 50_000, `consent weighs ${weight} bytes`)
      await page.click('#authorizationForm [value=Authorize]')
      await page.waitForURL('**/demo/client/callback**')
      const shown = String(await page.evaluate('document.querySelector("main").textContent'))
      for (const part of [
        '/o/token/',
        'grant_type=authorization_code',
        '172800',
        '/onpatient_api/fhir/Patient',
        'Immunization',
      ])
        assert.ok(shown.includes(part), part)
      await checkAccessibility(page, 'demo client')
      await checkWidth(page, 'demo client')
      await page.getByRole('button', { name: /refresh/i }).click()
      await page.getByText('grant_type=refresh_token').first().waitFor()
      assert.deepEqual(errors, [])
    })

    test('a provider opens the demo chart from the practice desk, for a visit', async () => {
      const { page, errors } = await openPage(browser, options)
      await page.goto(`${app.portalUrl}/signin`)
      await signInByHand(page, 'provider@demo.example', demoPassword)
      await page.getByRole('link', { name: 'Open the practice desk' }).click()
      await page
        .getByRole('button', { name: /^Open app for/ })
        .first()
        .click()
      const visit = page.getByLabel('Visit')
      await visit.selectOption({ index: 1 })
      const opening = page.context().waitForEvent('page')
      await page.getByRole('button', { name: /^Open Demo chart for/ }).click()
      const tab = await opening
      await tab.locator('#authorizationForm [value=Authorize]').click()
      await tab.waitForURL('**/demo/client/launched**')
      const shown = String(await tab.evaluate('document.querySelector("main").textContent'))
      for (const part of [
        'Demo chart',
        '/demo/client/launch?',
        '"encounter"',
        '/fhir/r4/Patient/',
        '/fhir/r4/Encounter/',
      ])
        assert.ok(shown.includes(part), part)
      assert.doesNotMatch(shown, /no particular one|No answer|No access/)
      await checkAccessibility(tab, 'demo chart')
      await checkWidth(tab, 'demo chart')
      assert.deepEqual(errors, [])
    })

    test('Cancel leads back with what happened, in words', async () => {
      const { page, errors } = await openPage(browser, options)
      await page.goto(`${app.portalUrl}/demo/client`)
      await page.locator('main :is(a.button, button)').first().click()
      await signInByHand(page, 'patient@demo.example', demoPassword)
      await page.click('#authorizationForm [value=Cancel]')
      await page.waitForURL('**/demo/client/callback**')
      assert.match(page.url(), /error=access_denied/)
      await page
        .getByText(/access_denied|Cancel/)
        .first()
        .waitFor()
      await checkAccessibility(page, 'cancelled')
      assert.deepEqual(errors, [])
    })

    test('sign-in and consent work without JavaScript', async () => {
      const { page } = await openPage(browser, { ...options, javaScriptEnabled: false })
      await page.goto(`${app.portalUrl}/demo/client`)
      await page.locator('main :is(a.button, button)').first().click()
      await signInByHand(page, 'provider@demo.example', demoPassword)
      await page.click('#authorizationForm [value=Authorize]')
      await page.waitForURL('**/demo/client/callback**')
      assert.match((await page.textContent('main')) ?? '', /200 OK/)
    })
  })
