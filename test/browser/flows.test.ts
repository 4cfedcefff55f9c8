import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { aKey } from '../authorization/clients/client-keys.ts'
import { postToken, readApi } from '../support/authorize.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { checkAccessibility, checkWidth } from './check-accessibility.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'
import { signInByHand, signUp } from './sign-up.ts'

const rosa = { displayName: 'Rosa Okafor', email: 'rosa@okafor.example', password: 'eleven paper boats' }

/** The developer's program, to which the browser comes back. */
async function listenForReturn() {
  const server = createServer((_request, response) => response.end('back at the application'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/redirect_uri`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

for (const [size, options] of Object.entries(sizes))
  describe(`by hand in a browser, ${size}`, () => {
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

    test('a practice signs up, invites a patient, and the patient sees the record', async () => {
      const { page, errors } = await openPage(browser, options)
      await signUp(app, page, 'practice', { ...rosa, practiceName: 'Okafor Family Medicine' })
      await page.getByRole('heading', { level: 1 }).waitFor()
      await checkAccessibility(page, 'home of a provider')
      const account = await app.modules.accounts.findByEmail(rosa.email)
      const [association] = await app.modules.practices.listAssociations(account?.id ?? '')
      const practiceId = association?.practice.id ?? ''
      await app.modules.records.write([
        {
          practiceId,
          resource: JSON.parse(
            '{"resourceType":"Patient","id":"mia","name":[{"given":["Mia"],"family":"Torres"}],"birthDate":"1988-04-17"}',
          ),
        },
      ])
      await page.getByRole('link', { name: 'Open the practice desk' }).click()
      await page.getByText('Mia Torres').first().waitFor()
      await checkAccessibility(page, 'practice desk')
      await checkWidth(page, 'practice desk')
      await page
        .getByRole('button', { name: /invite/i })
        .first()
        .click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel(/e-mail/i).fill('mia@torres.example')
      await checkAccessibility(page, 'invitation dialog')
      await dialog.getByRole('button', { name: /invit/i }).click()
      await dialog.waitFor({ state: 'hidden' })
      await page.getByText('mia@torres.example').first().waitFor()

      const patient = await openPage(browser, options)
      await patient.page.goto(`${app.portalUrl}/outbox`)
      await patient.page.locator('main a[href*="/invitation"]').first().click()
      await checkAccessibility(patient.page, 'invitation')
      await patient.page.fill('#birthDate', '1988-04-17')
      await patient.page.fill('#displayName', 'Mia Torres')
      await patient.page.fill('#password', 'fourteen kind foxes')
      await patient.page.click('main button[type=submit]')
      // One record and no practice: home leads to the record itself.
      await patient.page.waitForURL('**/people/mia/overview')
      await patient.page.getByRole('heading', { name: 'Allergies' }).waitFor()
      assert.equal(await patient.page.getByText('Mia Torres').first().isVisible(), true)
      await checkAccessibility(patient.page, 'home of a patient')
      await checkWidth(patient.page, 'home of a patient')
      assert.deepEqual([...errors, ...patient.errors], [])
    })

    test('a developer signs up, registers an application and makes its first call', async () => {
      const { page, errors } = await openPage(browser, options)
      const developer = { ...rosa, email: `dev@${size}.example` }
      await signUp(app, page, 'developer', developer)
      await page.getByRole('heading', { name: 'FHIR API Application' }).waitFor()
      await checkAccessibility(page, 'no application yet')
      await page.getByRole('link', { name: 'Add application' }).first().click()
      await page.getByLabel('Name').fill('Vaccine diary')
      await using program = await listenForReturn()
      const { redirectUri } = program
      await page.getByPlaceholder('https://app.example/callback').fill('https://app.example/#fragment')
      await page.getByRole('button', { name: 'Save Changes' }).click()
      await page
        .getByText(/fragment/i)
        .last()
        .waitFor()
      await checkAccessibility(page, 'refused redirect URI')
      await page.getByPlaceholder('https://app.example/callback').fill(redirectUri)
      await page.getByRole('button', { name: 'Save Changes' }).click()
      await page.getByText(/ops_/).first().waitFor()
      await checkAccessibility(page, 'secret shown')
      await checkWidth(page, 'secret shown')
      const text = String(await page.evaluate('document.querySelector("main").innerText'))
      const inputs = (await page.evaluate(
        '[...document.querySelectorAll("main input")].map((each) => each.value)',
      )) as string[]
      const all = `${text} ${inputs.join(' ')}`
      const [clientId = ''] = /app_[A-Za-z0-9]{20}/.exec(all) ?? []
      const [clientSecret = ''] = /ops_[\w-]{43}/.exec(all) ?? []
      assert.ok(clientId && clientSecret, all)

      // The ready-made link of the page, then Authorize, as a person would.
      await page.goto(`${app.portalUrl}/account/settings/applications/${clientId}`)
      await page.getByText('/o/authorize/').first().waitFor()
      assert.doesNotMatch(await page.content(), new RegExp(clientSecret), 'the secret is shown once')
      await checkAccessibility(page, 'application')
      await checkWidth(page, 'application')
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
      })
      await page.goto(`${app.portalUrl}/o/authorize/?${query}`)
      await checkAccessibility(page, 'consent')
      await page.click('#authorizationForm [value=Authorize]')
      await page.getByText('back at the application').waitFor()
      const tokens = await postToken(app, {
        code: new URL(page.url()).searchParams.get('code') ?? '',
        grant_type: 'authorization_code',
        redirect_uri: redirectUri,
        client_id: clientId,
        client_secret: clientSecret,
      })
      assert.equal(tokens.status, 200)
      const patients = await readApi(app, 'Patient', tokens.body.access_token)
      assert.equal(patients.body.count, 10)
      assert.deepEqual(errors, [])

      await page.goto(`${app.portalUrl}/account/settings/connected-apps`)
      await page.getByRole('button', { name: 'End access of Vaccine diary' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'End access' }).click()
      await page.getByText('No app is connected').waitFor()
      assert.equal((await readApi(app, 'Patient', tokens.body.access_token)).status, 401)
    })

    test('a developer registers a backend service that proves itself by a key', async () => {
      const { page, errors } = await openPage(browser, options)
      await signUp(app, page, 'developer', { ...rosa, email: `reports@${size}.example` })
      await page.goto(`${app.portalUrl}/account/settings/applications/new`)
      await page.getByLabel('Name').fill('Quality reports')
      await page.getByLabel('By a key of its own').check()
      await checkAccessibility(page, 'new application with a key')
      await checkWidth(page, 'new application with a key')
      await page.getByLabel('Public keys').fill('http://keys.example/jwks.json')
      await page.getByPlaceholder('https://app.example/callback').fill('https://app.example/callback')
      await page.getByRole('button', { name: 'Save Changes' }).click()
      await page.getByText('must be an https:// address').waitFor()
      const { public: jwk } = await aKey('ES384')
      await page.getByLabel('Public keys').fill(JSON.stringify({ keys: [jwk] }))
      await page.getByRole('button', { name: 'Save Changes' }).click()
      await page.getByRole('heading', { name: 'Quality reports is ready' }).waitFor()
      await page.getByText('proves who it is by its key').waitFor()
      await checkAccessibility(page, 'created application with a key')
      await page.getByRole('link', { name: 'Edit the application' }).click()
      await page.getByText('Everything is saved.').waitFor()
      assert.match(await page.getByLabel('Public keys').inputValue(), /"kid"/)
      assert.deepEqual(
        errors.filter((error) => !error.includes('400')),
        [],
      )
    })

    test('an account with no provider sees it where it tries to add an application', async () => {
      const { page } = await openPage(browser, options)
      await app.modules.accounts.create({ ...rosa, email: `alone@${size}.example` })
      await page.goto(`${app.portalUrl}/signin?next=/account/settings/applications/new`)
      await signInByHand(page, `alone@${size}.example`, rosa.password)
      await page
        .getByText(/associated with (at least one|a|no) provider/i)
        .first()
        .waitFor()
      await checkAccessibility(page, 'no provider')
    })
  })
