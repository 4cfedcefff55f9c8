import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { aKey, aKeyApplication } from '../authorization/clients/client-keys.ts'
import { aClinic, type Clinic, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { checkAccessibility, checkWidth } from './check-accessibility.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'
import { signInByHand } from './sign-up.ts'

for (const [size, options] of Object.entries(sizes))
  describe(`the practice desk, ${size}`, () => {
    let app: TestApp
    let browser: Browser
    let clinic: Clinic
    before(async () => {
      app = await startApp()
      browser = await launchChromium()
      clinic = await aClinic(app, 'Elm Street Clinic')
    })
    after(async () => {
      await browser?.close()
      await app?.[Symbol.asyncDispose]()
    })

    async function openDesk(tab: string) {
      const opened = await openPage(browser, options)
      await opened.page.goto(`${app.portalUrl}/practice/${clinic.practice.id}?tab=${tab}`)
      await signInByHand(opened.page, clinic.provider.email, password)
      return opened
    }

    test('a provider approves a backend service, refuses another, and ends the first', async () => {
      const developer = await aClinic(app, 'Software House')
      const key = await aKey('ES384')
      const scopes = ['system/Observation.rs', 'system/Condition.cruds']
      const { page, errors } = await openDesk('services')
      await page.getByText('No service is waiting').waitFor()
      await checkAccessibility(page, 'no backend services')
      for (const name of ['Quality reports', 'Curious robot']) {
        const service = await aKeyApplication(app, developer, key, { name, redirectUris: [], scopes })
        await app.nouns.approvals.request(service.id, clinic.practice.id, developer.provider.id)
      }
      await page.reload()
      await page.getByText('Add, change or delete: Conditions and diagnoses').first().waitFor()
      await checkAccessibility(page, 'requests of backend services')
      await checkWidth(page, 'requests of backend services')

      await page.getByRole('button', { name: 'Approve Quality reports' }).click()
      await checkAccessibility(page, 'asked before approving')
      await page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click()
      await page.getByRole('button', { name: 'End access of Quality reports' }).waitFor()
      await page.getByRole('button', { name: 'Refuse Curious robot' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click()
      await page.getByText('No service is waiting').waitFor()
      const [approval, another] = await app.nouns.approvals.list({ practiceId: clinic.practice.id })
      assert.deepEqual(
        [approval?.applicationName, approval?.scopes, another],
        ['Quality reports', scopes, undefined],
      )
      await checkAccessibility(page, 'approved services')

      await page.getByRole('button', { name: 'End access of Quality reports' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'End access' }).click()
      await page.getByText('No program reaches the records').waitFor()
      assert.deepEqual(await app.nouns.approvals.list({ practiceId: clinic.practice.id }), [])
      assert.deepEqual(errors, [])
    })
  })
