import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Resource } from 'fhir/r4'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { aClinic, aPatient, aReader, type Clinic, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { checkAccessibility, checkWidth } from './check-accessibility.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'
import { signInByHand } from './sign-up.ts'

const thisYear = new Date().getUTCFullYear()

/** A1c of ten years, a blood pressure, and a report that is a document. */
function recordOf(id: string): Resource[] {
  const shared = { subject: { reference: `Patient/${id}` }, status: 'final' }
  const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] })
  const measured = (code: string, category: string, year: number, value: number, unit: string) => ({
    resourceType: 'Observation',
    id: `${id}-${code}-${year}`,
    ...shared,
    category: [{ coding: [{ code: category }] }],
    code: loinc(code),
    effectiveDateTime: `${year}-03-02`,
    valueQuantity: { value, unit, code: unit, system: 'http://unitsofmeasure.org' },
  })
  const years = Array.from({ length: 10 }, (_, index) => thisYear - index)
  const records: object[] = [
    ...years.map((year, index) => ({
      ...measured('4548-4', 'laboratory', year, 6 + index / 5, '%'),
      referenceRange: [{ low: { value: 4, unit: '%' }, high: { value: 5.6, unit: '%' } }],
    })),
    ...years.slice(0, 4).map((year, index) => measured('29463-7', 'vital-signs', year, 20 - index, 'kg')),
    {
      resourceType: 'DiagnosticReport',
      id: `${id}-report`,
      ...shared,
      code: { text: 'Chest X-ray' },
      effectiveDateTime: `${thisYear}-01-01`,
      presentedForm: [{ contentType: 'application/pdf', data: 'JVBERi0=' }],
    },
  ]
  return records as Resource[]
}

interface Reader {
  options: BrowserContextOptions
  a1c: RegExp
  isDocument: RegExp
  weight: string
  fiveYears: string
  growth: RegExp
  percentile: RegExp
}

const readers: Record<string, Reader> = {
  'on a phone, dark, in Spanish': {
    options: { ...sizes.phone, locale: 'es-MX', colorScheme: 'dark' },
    a1c: /largo plazo/,
    isDocument: /informe es un documento/,
    weight: 'Peso',
    fiveYears: '5 años',
    growth: /crecimiento: Peso/,
    percentile: /percentil/,
  },
  'on a desktop, light, in English': {
    options: { ...sizes.desktop, locale: 'en-US', colorScheme: 'light' },
    a1c: /long-term/,
    isDocument: /report is a document/,
    weight: 'Weight',
    fiveYears: '5 years',
    growth: /Growth chart: Weight/,
    percentile: /percentile/,
  },
}

describe('results and vital signs in a browser', () => {
  let app: TestApp
  let browser: Browser
  let clinic: Clinic
  const child = 'zoe'
  before(async () => {
    app = await startApp()
    browser = await launchChromium()
    clinic = await aClinic(app, 'Elm Street Clinic')
    await aPatient(app, clinic, child)
    await aReader(app, clinic, 'zoe@home.example', [child])
    const patient = {
      resourceType: 'Patient',
      id: child,
      name: [{ text: 'Zoe Rivera' }],
      gender: 'female',
      birthDate: `${thisYear - 8}-02-01`,
    } as const
    const practiceId = clinic.practice.id
    await app.modules.records.write(
      [patient, ...recordOf(child)].map((resource) => ({ practiceId, resource })),
    )
  })
  after(async () => {
    await browser?.close()
    await app?.[Symbol.asyncDispose]()
  })

  for (const [who, reader] of Object.entries(readers))
    test(`A1c over ten years is one click from the results, by keyboard, too: ${who}`, async () => {
      const { page, errors } = await openPage(browser, reader.options)
      const path = `/people/${child}/results`
      await page.goto(`${app.portalUrl}/signin?next=${encodeURIComponent(path)}`)
      await signInByHand(page, 'zoe@home.example', password)
      const name = reader.a1c
      await page.getByRole('link', { name }).first().waitFor()
      await checkAccessibility(page, 'results')
      await checkWidth(page, 'results')
      await page.getByText(reader.isDocument).waitFor()

      await page.getByRole('link', { name }).first().click()
      await page.getByRole('img', { name }).waitFor()
      await checkAccessibility(page, 'a test')
      await checkWidth(page, 'a test')
      assert.equal(await page.locator('tbody tr').count(), 10)
      const slider = page.getByRole('slider')
      await slider.focus()
      await page.keyboard.press('Home')
      assert.match((await slider.getAttribute('aria-valuetext')) ?? '', new RegExp(`7[.,]8.*${thisYear - 9}`))
      // What is laid over it, and how far back, stays in the address.
      await page.getByRole('combobox').last().selectOption('29463-7')
      await page.getByRole('heading', { level: 2, name: reader.weight, exact: true }).waitFor()
      await page.getByText(reader.fiveYears, { exact: true }).click()
      await page.waitForURL(/code=4548-4&code=29463-7&years=5/)

      await page.goto(`${app.portalUrl}/people/${child}/vitals`)
      await page.getByRole('img', { name: reader.growth }).waitFor()
      await page.getByText(reader.percentile).first().waitFor()
      await checkAccessibility(page, 'vital signs')
      await checkWidth(page, 'vital signs')
      assert.deepEqual(errors, [])
      await page.context().close()
    })
})
