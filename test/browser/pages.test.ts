import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { startApp, type TestApp } from '../support/start-app.ts'
import { checkAccessibility, checkWidth } from './check-accessibility.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'

const paths = [
  '/',
  '/signup',
  '/signup/practice',
  '/signup/developer',
  '/signup/person',
  '/signin',
  '/reset',
  '/outbox',
  '/demo/client',
  '/api_fhir/api-docs/tutorial',
  '/api_fhir/api-docs/documentation',
]

describe('pages before sign-in', () => {
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

  for (const [size, options] of Object.entries(sizes))
    for (const colorScheme of ['light', 'dark'] as const)
      test(`are accessible, as wide as the screen and without errors: ${size}, ${colorScheme}`, async () => {
        const { page, errors } = await openPage(browser, { ...options, colorScheme })
        for (const path of paths) {
          await page.goto(`${app.portalUrl}${path}`)
          await checkAccessibility(page, path)
          await checkWidth(page, path)
        }
        assert.deepEqual(errors, [])
        await page.context().close()
      })

  test('sign-in, sign-up and consent weigh under 50 kB each, with everything they load', async () => {
    for (const path of ['/signin', '/signup', '/signup/practice']) {
      const { page } = await openPage(browser, sizes.phone)
      const sizesOf: Promise<number>[] = []
      page.on('response', (response) => sizesOf.push(response.body().then((body) => body.length)))
      await page.goto(`${app.portalUrl}${path}`, { waitUntil: 'networkidle' })
      const total = (await Promise.all(sizesOf)).reduce((sum, each) => sum + each, 0)
      assert.ok(total > 1000 && total < 50_000, `${path} weighs ${total} bytes`)
      await page.context().close()
    }
  })

  test('the keyboard alone reaches the fields and the button of the sign-in page, in order', async () => {
    const { page } = await openPage(browser, sizes.desktop)
    await page.goto(`${app.portalUrl}/signin`)
    const reached: string[] = []
    for (let press = 0; press < 15; press++) {
      await page.keyboard.press('Tab')
      reached.push(
        String(await page.evaluate('document.activeElement.id || document.activeElement.type || "-"')),
      )
    }
    const order = ['email', 'password', 'submit'].map((each) => reached.indexOf(each))
    assert.ok(
      order.every((place) => place >= 0),
      reached.join(),
    )
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    )
    await page.context().close()
  })
})
