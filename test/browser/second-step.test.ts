import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import decodeQR from 'qr/decode.js'
import { codeOf } from '../support/authenticator-app.ts'
import { aClinic, anAccount, aPatient, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { checkAccessibility, checkWidth } from './check-accessibility.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'
import { signInByHand } from './sign-up.ts'

/** Chromium's own authenticator in software, which verifies its person at once or never. */
async function addAuthenticator(page: Page, { isUserVerified = true } = {}): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified,
      automaticPresenceSimulation: true,
    },
  })
}

async function signOut(app: TestApp, page: Page): Promise<void> {
  await page.goto(`${app.portalUrl}/signin?switch=1`)
  await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL('**/signin?*')
}

/** What a phone's camera reads from the picture on the page. */
async function readQrCode(page: Page): Promise<string> {
  const { data, width, height } = (await page.evaluate(`(async () => {
    const svg = document.querySelector('.qr-code').cloneNode(true)
    svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
    svg.setAttribute('width', '400')
    svg.setAttribute('height', '400')
    const image = new Image()
    image.src = 'data:image/svg+xml;base64,' + btoa(new XMLSerializer().serializeToString(svg))
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = 400
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0, 400, 400)
    return { width: 400, height: 400, data: [...context.getImageData(0, 0, 400, 400).data] }
  })()`)) as { data: number[]; width: number; height: number }
  return decodeQR({ width, height, data: Uint8ClampedArray.from(data) })
}

for (const [size, options] of Object.entries(sizes))
  describe(`the second step in a browser, ${size}`, () => {
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

    async function openSecurity(email: string) {
      await anAccount(app, email, 'Ana Lima')
      const opened = await openPage(browser, options)
      await opened.page.goto(`${app.portalUrl}/signin?next=/account/settings/security`)
      await signInByHand(opened.page, email, password)
      await opened.page.getByRole('heading', { name: 'Second step' }).waitFor()
      return opened
    }

    test('an authenticator app is set up from its QR code, and its code signs in', async () => {
      const { page, errors } = await openSecurity('ana@example.com')
      await page.getByRole('button', { name: 'Set up an app' }).click()
      await page.getByRole('img', { name: /QR code/ }).waitFor()
      await checkAccessibility(page, 'setting up an app')
      await checkWidth(page, 'setting up an app')
      const uri = new URL(await readQrCode(page))
      const secret = uri.searchParams.get('secret') ?? ''
      assert.equal(uri.host + decodeURIComponent(uri.pathname), 'totp/onpatient:ana@example.com')
      const shown = await page.locator('[data-copy="Or type this key into the app"]').textContent()
      assert.equal(shown?.replaceAll(' ', ''), secret)
      const code = page.getByRole('textbox', { name: /^Code/ })
      await code.fill('000000')
      await page.getByRole('button', { name: 'Turn it on' }).click()
      await page.getByText('This code is not right').waitFor()
      await code.fill(codeOf(secret, app.clock.now()))
      await page.getByRole('button', { name: 'Turn it on' }).click()
      const dialog = page.getByRole('dialog', { name: 'Keep these recovery codes' })
      await dialog.getByRole('listitem').nth(9).waitFor()
      await checkAccessibility(page, 'recovery codes')
      await checkWidth(page, 'recovery codes')
      const recoveryCode = await dialog.getByRole('listitem').first().textContent()
      await dialog.getByRole('button', { name: 'I have kept them' }).click()
      await page.getByText('10 of 10 left').waitFor()
      await checkAccessibility(page, 'security with an app')

      app.clock.forward(60)
      await signOut(app, page)
      await page.goto(`${app.portalUrl}/signin?next=/account/settings/security`)
      await signInByHand(page, 'ana@example.com', password)
      await page.waitForURL('**/signin/code?*')
      await checkAccessibility(page, 'code')
      await checkWidth(page, 'code')
      await code.fill(codeOf(secret, app.clock.now()))
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('heading', { name: 'Second step' }).waitFor()

      await signOut(app, page)
      await signInByHand(page, 'ana@example.com', password)
      await page.getByRole('link', { name: 'Use a recovery code' }).click()
      await checkAccessibility(page, 'recovery code')
      await page.getByLabel('Recovery code').fill(recoveryCode ?? '')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL(`${app.portalUrl}/`)
      await page.goto(`${app.portalUrl}/account/settings/security`)
      await page.getByText('9 of 10 left').waitFor()
      assert.deepEqual(errors, [])
      await page.context().close()
    })

    test('a passkey is added, signs in on its own and after the password, and is removed', async () => {
      const { page, errors } = await openSecurity('kim@example.com')
      await addAuthenticator(page)
      await page.getByRole('button', { name: 'Add a passkey' }).click()
      await page.getByLabel('Name').fill('Work laptop')
      await checkAccessibility(page, 'adding a passkey')
      await checkWidth(page, 'adding a passkey')
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.getByRole('button', { name: 'I have kept them' }).click()
      await page.getByText('not used yet').waitFor()
      await checkAccessibility(page, 'security with a passkey')
      await checkWidth(page, 'security with a passkey')

      await signOut(app, page)
      await page.goto(`${app.portalUrl}/signin?next=/account/settings/security`)
      await checkAccessibility(page, 'sign-in with passkeys')
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
      await page.getByText('last used').first().waitFor()

      await signOut(app, page)
      await signInByHand(page, 'kim@example.com', password)
      await page.waitForURL('**/signin/code?*')
      await checkAccessibility(page, 'second step by passkey')
      await page.getByRole('button', { name: 'Use a passkey' }).click()
      await page.waitForURL(`${app.portalUrl}/`)

      app.clock.forward(601)
      await page.goto(`${app.portalUrl}/account/settings/security`)
      await page.getByRole('button', { name: 'Remove the passkey Work laptop' }).click()
      await page.waitForURL('**/account/confirm?*')
      await checkAccessibility(page, 'confirm')
      await checkWidth(page, 'confirm')
      await page.getByRole('button', { name: 'Confirm with a passkey' }).click()
      await page.getByRole('button', { name: 'Remove the passkey Work laptop' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Remove the passkey' }).click()
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
      await page.getByText('Work laptop', { exact: true }).waitFor({ state: 'hidden' })

      await signOut(app, page)
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
      await page.getByText('This passkey could not be checked').waitFor()
      assert.deepEqual(errors, [])
      await page.context().close()
    })

    test('a practice asks its staff for a second step, and who works there is led to set it up', async () => {
      const clinic = await aClinic(app, `North ${size}`)
      await aPatient(app, clinic, `ana-${size}`)
      const { page, errors } = await openPage(browser, options)
      await addAuthenticator(page)
      const desk = `/practice/${clinic.practice.id}`
      await page.goto(`${app.portalUrl}/signin?next=${desk}`)
      await signInByHand(page, clinic.provider.email, password)
      // By keyboard: the cards above it still grow while they load, so that a click by place may miss it.
      const toggle = page.getByRole('switch', { name: 'Staff must use a second step' })
      await toggle.press('Space')
      await page.getByRole('dialog').waitFor()
      await checkAccessibility(page, 'asking for a second step')
      await page.getByRole('button', { name: 'Ask for a second step' }).click()
      await page.getByText('Set up a second step for yourself first').waitFor()
      await page
        .getByRole('dialog')
        .getByRole('link', { name: /Security/ })
        .click()
      await page.getByRole('button', { name: 'Add a passkey' }).click()
      await page.getByRole('button', { name: 'Go on' }).click()
      await page.getByRole('button', { name: 'I have kept them' }).click()
      await page.goto(`${app.portalUrl}${desk}`)
      await toggle.press('Space')
      await page.getByRole('button', { name: 'Ask for a second step' }).click()
      await page.getByText('need a second step from now on').waitFor()
      await page.getByRole('dialog').waitFor({ state: 'hidden' })
      await checkAccessibility(page, 'desk that asks for a second step')
      await checkWidth(page, 'desk that asks for a second step')

      const email = `desk-${size}@example.com`
      const staff = await anAccount(app, email, 'Nurse Joy')
      await app.modules.practices.associate({
        accountId: staff.id,
        practiceId: clinic.practice.id,
        role: 'staff',
      })
      const other = await openPage(browser, options)
      await addAuthenticator(other.page)
      await other.page.goto(`${app.portalUrl}/signin?next=${desk}`)
      await signInByHand(other.page, email, password)
      await other.page.getByText('Set up a second step to go on').waitFor()
      await checkAccessibility(other.page, 'led to the second step')
      await checkWidth(other.page, 'led to the second step')
      await other.page.getByRole('link', { name: 'Not now' }).click()
      await other.page.getByText('Set up a second step to go on').waitFor()
      await other.page.getByRole('button', { name: 'Add a passkey' }).click()
      await other.page.getByRole('button', { name: 'Go on' }).click()
      await other.page.getByRole('button', { name: 'I have kept them' }).click()
      await other.page.getByText('Your second step is set up').waitFor()
      await other.page.getByRole('link', { name: 'Go on' }).click()
      await other.page.getByText(`ana-${size} Rivera`).first().waitFor()
      assert.deepEqual([...errors, ...other.errors], [])
      await page.context().close()
      await other.page.context().close()
    })

    test('who has no passkey, or cannot be verified, is shown what to do', async () => {
      const { page } = await openPage(browser, options)
      await page.goto(`${app.portalUrl}/signin`)
      await addAuthenticator(page, { isUserVerified: false })
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
      await page.getByText(/No passkey was used/).waitFor()
      await page.context().close()
    })
  })

test('without a script there is no button for passkeys', async () => {
  await using app = await startApp()
  const browser = await launchChromium()
  try {
    const { page } = await openPage(browser, { ...sizes.desktop, javaScriptEnabled: false })
    await page.goto(`${app.portalUrl}/signin`)
    assert.equal(await page.getByRole('button', { name: 'Sign in with a passkey' }).isVisible(), false)
    assert.equal(await page.getByRole('button', { name: 'Sign in', exact: true }).isVisible(), true)
  } finally {
    await browser.close()
  }
})
