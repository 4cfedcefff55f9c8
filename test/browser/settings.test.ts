import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Observation } from 'fhir/r4'
import type { Browser, Page } from 'playwright-core'
import { aClinic, anApplication, aPatient, aReader, type Clinic, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { checkAccessibility, checkWidth } from './check-accessibility.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'
import { signInByHand } from './sign-up.ts'

/** Pieces of text that are a number with its unit and stand on more than one line. */
const brokenMeasures = `(() => {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT)
  const broken = []
  for (let node = walker.nextNode(); node; node = walker.nextNode())
    for (const { 0: text, index } of node.data.matchAll(/[<>]?\\d[\\d.,/\u00a0 ]*(°C|mmHg|mm\\[Hg\\]|mg\\/dL|kg|cm|%|\\/min|10\\*3\\/uL|cigarettes a day)/g)) {
      const range = document.createRange()
      range.setStart(node, index)
      range.setEnd(node, index + text.length)
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)))
      if (lines.size > 1) broken.push(text)
    }
  return broken
})()`

const waitForFocus = (page: Page, text: string) =>
  page
    .locator(':focus')
    .filter({ hasText: new RegExp(`^${text}$`) })
    .waitFor()

for (const [size, options] of Object.entries(sizes))
  describe(`settings and records, ${size}`, () => {
    let app: TestApp
    let browser: Browser
    let clinic: Clinic
    const name = size.replaceAll(/\W/g, '')
    before(async () => {
      app = await startApp()
      browser = await launchChromium()
      clinic = await aClinic(app, 'Elm Street Clinic')
      await aPatient(app, clinic, 'mia')
    })
    after(async () => {
      await browser?.close()
      await app?.[Symbol.asyncDispose]()
    })

    async function open(path: string, email: string) {
      const opened = await openPage(browser, options)
      await opened.page.goto(`${app.portalUrl}/signin?next=${encodeURIComponent(path)}`)
      await signInByHand(opened.page, email, password)
      await opened.page.locator('main h1').waitFor()
      return opened
    }

    test('an app that was connected often is one entry, ended in parts and as a whole, and the focus stays near', async () => {
      const reader = await aReader(app, clinic, 'mia@home.example', ['mia'])
      const [association] = await app.modules.practices.listAssociations(reader.id)
      const diary = await anApplication(app, clinic, { name: 'Vaccine diary' })
      const chart = await anApplication(app, clinic, { name: 'Heart chart' })
      for (const { id } of [chart, diary, diary, diary]) {
        app.clock.forward(60)
        await app.modules.grants.create({
          ...{ accountId: reader.id, applicationId: id, scopes: ['patient/*.read'], expiresAt: undefined },
          associationIds: [association?.id ?? ''],
        })
      }
      const { page, errors } = await open('/account/settings/connected-apps', reader.email)
      await page.getByText('connected 3 times').waitFor()
      assert.equal(await page.getByRole('heading', { name: 'Vaccine diary' }).count(), 1)
      await page.getByText('Each access by itself').press('Enter')
      const each = page.getByRole('button', { name: /^End the access of Vaccine diary since/ })
      assert.equal(await each.count(), 3)
      await checkAccessibility(page, 'connected apps')
      await checkWidth(page, 'connected apps')
      await each.first().press('Enter')
      await page.getByRole('dialog').getByRole('button', { name: 'End access' }).press('Enter')
      await page.getByText('connected 2 times').waitFor()
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
      await waitForFocus(page, 'Vaccine diary')
      await page.getByRole('button', { name: 'End all access of Vaccine diary' }).press('Enter')
      await page.getByRole('dialog').getByRole('button', { name: 'End all access' }).press('Enter')
      await page.getByRole('heading', { name: 'Vaccine diary', exact: true }).waitFor({ state: 'detached' })
      await page.getByText('Vaccine diary has no access any more.').waitFor()
      await waitForFocus(page, 'Connected apps')
      await page.getByRole('button', { name: 'End access of Heart chart' }).press('Enter')
      await page.getByRole('dialog').getByRole('button', { name: 'End access' }).press('Enter')
      await page.getByText('No app is connected').waitFor()
      await waitForFocus(page, 'Connected apps')
      assert.deepEqual(errors, [])
    })

    test('many applications are searched, sorted and in pages', async () => {
      const developer = await aClinic(app, 'Software House')
      for (let count = 1; count <= 25; count++) {
        app.clock.forward(1)
        await anApplication(app, developer, { name: `Diary ${count}` })
      }
      const { page, errors } = await open('/account/settings/applications', developer.provider.email)
      const rows = page.getByRole('list', { name: 'Your applications' }).getByRole('listitem')
      await page.getByText('Page 1 of 2').waitFor()
      assert.deepEqual([await rows.count(), await rows.first().getByText('Diary 25').count()], [20, 1])
      await checkAccessibility(page, 'many applications')
      await checkWidth(page, 'many applications')
      await page.getByRole('button', { name: 'Next' }).click()
      await page.getByText('Page 2 of 2').waitFor()
      await page.getByText('Diary 1', { exact: true }).waitFor()
      await page.getByLabel('Search by name').fill('DIÄRY 7')
      await page.getByText('1 application with "DIÄRY 7" in the name.').waitFor()
      assert.equal(await rows.count(), 1)
      assert.match(page.url(), /search=/)
      await page.getByLabel('Search by name').fill('zebra')
      await page.getByText('No application with "zebra"').waitFor()
      await checkAccessibility(page, 'no application found')
      await page.getByLabel('Search by name').fill('')
      await page.getByText('Page 1 of 2').waitFor()
      await page.getByLabel('Order').selectOption('By name')
      await page.getByText('Diary 1', { exact: true }).waitFor()
      assert.equal(await rows.first().getByText('Diary 1', { exact: true }).count(), 1)
      assert.deepEqual(errors, [])
    })

    test('no number stands on another line than its unit', async () => {
      const measured = (id: string, code: string, day: string, values: object): Observation => ({
        ...{ resourceType: 'Observation', id: `${name}-${id}-${day}`, status: 'final' },
        code: { coding: [{ system: 'http://loinc.org', code }] },
        subject: { reference: 'Patient/mia' },
        effectiveDateTime: day,
        ...values,
      })
      const quantity = (value: number, unit: string) => ({ valueQuantity: { value, unit } })
      const part = (code: string, value: number) => ({
        code: { coding: [{ code }] },
        ...quantity(value, 'mm[Hg]'),
      })
      const resources = ['2026-01-01', '2026-02-01'].flatMap((day, at) => [
        measured('kg', '29463-7', day, quantity(70.5 + at, 'kg')),
        measured('a1c', '4548-4', day, quantity(6.5 + at, '%')),
        measured('bp', '85354-9', day, { component: [part('8480-6', 120 + at), part('8462-4', 80)] }),
      ])
      await app.modules.records.write(
        resources.map((resource) => ({ practiceId: clinic.practice.id, resource })),
      )
      const reader = await aReader(app, clinic, `values-${name}@home.example`, ['mia'])
      const { page, errors } = await open('/', reader.email)
      await page.getByText('71.5\u00a0kg').waitFor()
      await page.getByText('121/80\u00a0mmHg').waitFor()
      // At many widths, so that each value stands at the end of a line once.
      for (let width = 320; width < 480; width += 8) {
        await page.setViewportSize({ width, height: 800 })
        assert.deepEqual(await page.evaluate(brokenMeasures), [], `${width} px`)
        await checkWidth(page, `values at ${width} px`)
      }
      assert.deepEqual(errors, [])
    })

    test('the focus stays near when a sign-in is ended, all are, and a button waits for its answer', async () => {
      const reader = await aReader(app, clinic, `focus-${name}@home.example`, ['mia'])
      for (let count = 0; count < 2; count++)
        await app.modules.accounts.startSignIn(reader.id, { ip: '192.0.2.7', userAgent: 'Firefox/1 Linux' })
      const { page, errors } = await open('/account/settings/security', reader.email)
      const others = page.getByRole('button', { name: /^Sign out Firefox/ })
      await others.first().waitFor()
      assert.equal(await others.count(), 2)
      await others.first().press('Enter')
      await waitForFocus(page, 'Where you are signed in')
      assert.equal(await others.count(), 1)
      await page.getByRole('button', { name: 'Sign out everywhere else' }).press('Enter')
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button', { name: 'Sign out everywhere else' }).press('Enter')
      await dialog.waitFor({ state: 'hidden' })
      await waitForFocus(page, 'Where you are signed in')
      await page.goto(`${app.portalUrl}/account/settings`)
      await page.getByRole('button', { name: 'Save the name' }).press('Enter')
      await page.getByText('Your name is saved.').waitFor()
      await waitForFocus(page, 'Save the name')
      assert.deepEqual(errors, [])
    })

    test('a person closes the own account after a proof, and sees a page that says so', async () => {
      const reader = await aReader(app, clinic, `leaving-${name}@home.example`, ['mia'])
      const { page, errors } = await open('/account/settings', reader.email)
      await checkAccessibility(page, 'profile')
      await page.getByRole('link', { name: 'See what closing means' }).click()
      await page.getByRole('heading', { name: 'What is kept' }).waitFor()
      await checkAccessibility(page, 'close account')
      await checkWidth(page, 'close account')
      const button = page.getByRole('button', { name: 'Close my account' })
      assert.equal(await button.isDisabled(), true)
      await page.getByLabel('I have read what goes').check()
      app.clock.forward(601)
      await button.click()
      await page.getByRole('dialog').getByRole('button', { name: 'Close my account' }).click()
      const proof = page.getByRole('dialog', { name: 'Confirm that it is you' })
      await proof.locator('input[type=password]').fill(password)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Your account is closed' }).waitFor()
      await checkAccessibility(page, 'closed')
      await checkWidth(page, 'closed')
      assert.equal(await app.modules.accounts.findByEmail(reader.email), undefined)
      assert.deepEqual(
        errors.filter((each) => !/status of 40[13]/.test(each)),
        [],
      )
      // The only provider of a practice with patients is shown what to do.
      const provider = await open('/account/settings/close', clinic.provider.email)
      await provider.page.getByText('only provider of Elm Street Clinic').waitFor()
      assert.equal(await provider.page.getByRole('button', { name: 'Close my account' }).count(), 0)
      await checkAccessibility(provider.page, 'an account that has to stay')
    })

    test('a link that was used shows no form, and a good one names the account', async () => {
      const reader = await aReader(app, clinic, `reset-${name}@home.example`, ['mia'])
      await app.modules.accounts.startPasswordReset(reader.email, { ip: '192.0.2.7', userAgent: 'x' })
      const [, token = ''] = /token=(\S+)/.exec((await app.modules.outbox?.list())?.[0]?.text ?? '') ?? []
      const { page, errors } = await openPage(browser, options)
      await page.goto(`${app.portalUrl}/reset/finish?token=${token}`)
      await page.getByText(`For the account of ${reader.email}`).waitFor()
      assert.equal(await page.locator('input[autocomplete=username]').inputValue(), reader.email)
      await checkAccessibility(page, 'choose a password')
      await checkWidth(page, 'choose a password')
      await page.fill('#password', 'another long enough one')
      await page.click('main button[type=submit]')
      await page.waitForURL('**/people/mia/overview')
      await page.goto(`${app.portalUrl}/reset/finish?token=${token}`)
      await page.getByRole('link', { name: 'Send me a new link' }).waitFor()
      assert.equal(await page.locator('main input').count(), 0)
      await checkAccessibility(page, 'used link')
      await checkWidth(page, 'used link')
      assert.deepEqual(errors, [])
    })
  })
