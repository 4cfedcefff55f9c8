import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Resource } from 'fhir/r4'
import type { Browser, Page } from 'playwright-core'
import { aClinic, aPatient, aReader, type Clinic, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { checkAccessibility, checkWidth } from './check-accessibility.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'
import { signInByHand } from './sign-up.ts'

/** A child of four: vaccines of the first year, none later. */
function aChild(id: string, now: Date): Resource[] {
  const born = new Date(Date.UTC(now.getUTCFullYear() - 4, now.getUTCMonth(), 1))
  const after = (months: number) =>
    new Date(Date.UTC(born.getUTCFullYear(), born.getUTCMonth() + months, 3)).toISOString().slice(0, 10)
  const patient = { reference: `Patient/${id}` }
  const doses = [2, 4, 6].flatMap((months) =>
    ['146', '133'].map((code) => ({
      ...{ resourceType: 'Immunization', id: `${id}-${code}-${months}`, status: 'completed', patient },
      vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code }] },
      ...{ occurrenceDateTime: after(months), lotNumber: `LOT-${months}` },
      performer: [{ actor: { display: 'Dr. Lee' } }],
    })),
  )
  return [
    {
      ...{ resourceType: 'Patient', id, birthDate: born.toISOString().slice(0, 10) },
      name: [{ given: ['Leo'], family: 'Rivera' }],
    },
    ...doses,
    {
      ...{ resourceType: 'AllergyIntolerance', id: `${id}-nuts`, patient, criticality: 'high' },
      code: { coding: [{ system: 'http://snomed.info/sct', code: '762952008' }] },
    },
    {
      ...{ resourceType: 'Encounter', id: `${id}-visit`, status: 'finished', subject: patient },
      ...{ class: { code: 'AMB' }, period: { start: after(6) }, reasonCode: [{ text: 'Cough' }] },
    },
  ] as Resource[]
}

describe('overview, immunizations and visits', () => {
  let app: TestApp
  let browser: Browser
  let clinic: Clinic
  before(async () => {
    app = await startApp()
    browser = await launchChromium()
    clinic = await aClinic(app, 'Elm Street Clinic')
    await aPatient(app, clinic, 'mia')
    await write(aChild('leo', new Date()))
    const parent = await aReader(app, clinic, 'mia@home.example', ['mia'])
    await associate(parent.id, 'leo')
  })
  after(async () => {
    await browser?.close()
    await app?.[Symbol.asyncDispose]()
  })

  const write = (resources: readonly Resource[]) =>
    app.modules.records.write(resources.map((resource) => ({ practiceId: clinic.practice.id, resource })))
  const associate = (accountId: string, patientId: string, role: 'proxy' | 'patient' = 'proxy') =>
    app.modules.practices.associate({
      ...{ accountId, practiceId: clinic.practice.id, role, patientId },
      relationship: role === 'proxy' ? 'parent' : 'self',
    })
  async function openHome(email: string, options: object) {
    const opened = await openPage(browser, options)
    await opened.page.goto(`${app.portalUrl}/signin`)
    await signInByHand(opened.page, email, password)
    return opened
  }
  const press = async (page: Page, name: string) => {
    await page.getByRole('link', { name }).first().focus()
    await page.keyboard.press('Enter')
  }

  test('a parent finds by keyboard on a phone what is late, and prints the certificate on one sheet', async () => {
    const { page, errors } = await openHome('mia@home.example', sizes.phone)
    await page.getByRole('heading', { name: 'Health records of your family' }).waitFor()
    await page.getByText('immunizations are due or late').waitFor()
    await checkAccessibility(page, 'home of a family')
    await checkWidth(page, 'home of a family')
    await press(page, 'Leo Rivera')
    await page.getByText('Can be dangerous').waitFor()
    await checkAccessibility(page, 'overview')
    await checkWidth(page, 'overview')
    await press(page, 'To the immunizations')
    await page.getByRole('heading', { name: 'Childhood schedule' }).waitFor()
    assert((await page.locator('.schedule [data-state=late]').count()) > 0)
    assert.match(
      (await page.locator('.schedule [data-state=late]').first().textContent()) ?? '',
      /Late since/,
    )
    await checkAccessibility(page, 'immunizations')
    await checkWidth(page, 'immunizations')
    await press(page, 'Certificate to print')
    await page.getByRole('cell', { name: 'LOT-2' }).first().waitFor()
    await checkAccessibility(page, 'certificate')
    await checkWidth(page, 'certificate')
    for (const format of ['A4', 'Letter']) {
      const sheet = (await page.pdf({ format })).toString('latin1')
      assert.equal(sheet.match(/\/Type\s*\/Page\b(?!s)/g)?.length, 1, format)
    }
    await page.goto(`${app.portalUrl}/people/leo/visits`)
    await page.getByText('For Cough').waitFor()
    await checkAccessibility(page, 'visits')
    await checkWidth(page, 'visits')
    assert.deepEqual(errors, [])
    await page.context().close()
  })

  test('the same in Spanish, in the dark', async () => {
    const { page, errors } = await openHome('mia@home.example', {
      ...sizes.desktop,
      locale: 'es-MX',
      colorScheme: 'dark',
    })
    await page.getByRole('heading', { name: 'Historiales médicos de su familia' }).waitFor()
    for (const [path, text] of [
      ['overview', 'Puede ser peligrosa'],
      ['immunizations', 'Calendario infantil'],
      ['immunizations/certificate', 'Certificado de vacunación'],
      ['visits', 'Consulta en el consultorio'],
    ] as const) {
      await page.goto(`${app.portalUrl}/people/leo/${path}`)
      await page.getByText(text).first().waitFor()
      await checkAccessibility(page, path)
      await checkWidth(page, path)
    }
    assert.deepEqual(errors, [])
    await page.context().close()
  })

  test('what comes between two visits of the page is new on the second', async () => {
    const { page } = await openHome('mia@home.example', sizes.desktop)
    await page.getByRole('heading', { name: 'Health records of your family' }).waitFor()
    await page.goto(`${app.portalUrl}/people/leo`)
    await page.waitForURL('**/people/leo/overview')
    await page.getByRole('heading', { name: 'Latest in the record' }).waitFor()
    // As if it had been opened before, too.
    const moment = app.clock.now().toISOString()
    const seen = JSON.stringify({ since: moment, opened: moment })
    await page.evaluate(`(() => {
      const key = Object.keys(localStorage).find((each) => each.endsWith('.leo'))
      localStorage.setItem(key, ${JSON.stringify(seen)})
    })()`)
    app.clock.forward(60)
    await write([
      {
        ...{ resourceType: 'Condition', id: 'leo-flu', subject: { reference: 'Patient/leo' } },
        code: { text: 'Influenza B' },
      } as Resource,
    ])
    await page.reload()
    const news = page.getByRole('region', { name: /^New since/ })
    await news.getByText('Influenza B').waitFor()
    assert.equal(await news.getByRole('listitem').count(), 1)
    await page.context().close()
  })

  test('a provider who is a patient, too, sees both: the desk and the own record', async () => {
    await associate(clinic.provider.id, 'mia', 'patient')
    const { page, errors } = await openHome(clinic.provider.email, sizes.desktop)
    await page.getByRole('link', { name: 'Open the practice desk' }).waitFor()
    await page.getByRole('link', { name: 'mia Rivera' }).click()
    await page.waitForURL('**/people/mia/overview')
    await page.getByText('No allergies are recorded').waitFor()
    assert.deepEqual(errors, [])
    await page.context().close()
  })
})
