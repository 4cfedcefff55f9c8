import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { aClinic, aPatient, aReader, type Clinic, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { aPdf, clinicalXml, hostileHtml, png } from '../views/hostile-files.ts'
import { checkAccessibility, checkWidth } from './check-accessibility.ts'
import { launchChromium, openPage, sizes } from './open-chromium.ts'

const data = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64')

const files = [
  ['pdf', { contentType: 'application/pdf', title: 'Letter of Dr. Lee', data: data(aPdf('Hello Mia')) }],
  ['html', { contentType: 'text/html', data: data(hostileHtml) }],
  ['text', { contentType: 'text/plain', data: data('Line one\n\nLine two <script>') }],
  ['image', { contentType: 'image/png', title: 'Scan', data: data(png) }],
  ['clinical', { contentType: 'text/xml', data: data(clinicalXml) }],
  ['damaged', { contentType: 'application/pdf', data: data('no PDF') }],
] as const

describe('documents, timeline and search of a record', () => {
  let app: TestApp
  let browser: Browser
  let clinic: Clinic
  before(async () => {
    app = await startApp()
    browser = await launchChromium()
    clinic = await aClinic(app, 'Maple Street')
    await aPatient(app, clinic, 'mia', { immunizations: 300, observations: 3 })
    await aReader(app, clinic, 'mia@example.com', ['mia'])
    await app.modules.records.write(
      files.map(([id, attachment], index) => ({
        practiceId: clinic.practice.id,
        resource: {
          resourceType: 'DocumentReference',
          id,
          status: 'current',
          type: { text: index < 2 ? 'Letter' : 'Visit note' },
          date: `2024-0${index + 1}-01`,
          subject: { reference: 'Patient/mia' },
          content: [{ attachment }],
        },
      })),
    )
  })
  after(async () => {
    await browser?.close()
    await app?.[Symbol.asyncDispose]()
  })

  async function signIn(options: Parameters<typeof openPage>[1]) {
    const opened = await openPage(browser, options)
    await opened.page.goto(`${app.portalUrl}/signin`)
    await opened.page.fill('#email', 'mia@example.com')
    await opened.page.fill('#password', password)
    await opened.page.click('button[type=submit]')
    await opened.page.waitForURL(`${app.portalUrl}/`)
    return opened
  }
  const goTo = (page: Page, path: string) => page.goto(`${app.portalUrl}/people/mia/${path}`)

  test('each kind of document opens in its place, by keyboard, and nothing of it runs', async () => {
    const { page, errors } = await signIn({ ...sizes.desktop, locale: 'en-US' })
    await goTo(page, 'documents')
    await page.getByLabel('Kind of document').selectOption('Letter')
    assert.match(page.url(), /\?type=Letter$/)
    await page.getByText('Letter of Dr. Lee').waitFor()
    assert.equal(await page.locator('.entry').count(), 2)
    await checkAccessibility(page, 'documents')
    await page.getByRole('link', { name: 'Letter' }).last().focus()
    await page.keyboard.press('Enter')
    await page.locator('.pdf-page[data-drawn]').waitFor()
    assert.match((await page.locator('.pdf-text').textContent()) ?? '', /Hello Mia/)
    await checkAccessibility(page, 'a PDF')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^Download/ }).click(),
    ])
    assert.equal(download.suggestedFilename(), 'Letter of Dr. Lee.pdf')
    await page.goBack()
    assert.match(page.url(), /\?type=Letter$/)

    await goTo(page, 'documents/html')
    const frame = page.frameLocator('iframe')
    await frame.getByText('Dear Mia').waitFor()
    assert.equal(await page.evaluate('window.hacked'), undefined)
    await checkAccessibility(page, 'HTML')

    await goTo(page, 'documents/text')
    await page.getByText('Line two <script>').waitFor()
    await goTo(page, 'documents/image')
    const picture = page.getByAltText('Picture: Scan')
    await picture.waitFor()
    assert.equal(
      await picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
      1,
    )
    await goTo(page, 'documents/damaged')
    await page.getByText('This file is damaged').waitFor()
    await goTo(page, 'documents/absent')
    await page.getByText('This document is not in the record').waitFor()
    assert.deepEqual(errors, [])
    await page.context().close()
  })

  test('documents on a phone, dark and in Spanish', async () => {
    const { page, errors } = await signIn({ ...sizes.phone, locale: 'es-MX', colorScheme: 'dark' })
    await goTo(page, 'documents')
    await page.getByText('Tipo de documento').waitFor()
    await checkAccessibility(page, 'documentos')
    await checkWidth(page, 'documentos')
    for (const [id, shown] of [
      ['clinical', 'Penicillin'],
      ['pdf', 'Hello Mia'],
    ] as const) {
      await goTo(page, `documents/${id}`)
      await page.getByText(shown).waitFor()
      await checkAccessibility(page, id)
      await checkWidth(page, id)
    }
    assert.deepEqual(errors, [])
    await page.context().close()
  })

  test('the timeline goes on when one scrolls, and its filters stay in the address', async () => {
    const { page, errors } = await signIn({ ...sizes.phone, locale: 'en-US' })
    await goTo(page, 'timeline')
    await page.getByText('309 entries').waitFor()
    await checkAccessibility(page, 'timeline')
    await checkWidth(page, 'timeline')
    await page.getByRole('button', { name: 'Show more' }).scrollIntoViewIfNeeded()
    await page.locator('.entry').nth(199).waitFor()
    await page.getByLabel('Kind', { exact: true }).selectOption('document')
    await page.getByText('6 entries').waitFor()
    assert.match(page.url(), /\?kind=document$/)
    await page.reload()
    await page.getByText('6 entries').waitFor()
    await page.getByRole('link', { name: 'Letter' }).first().click()
    await page.waitForURL(/documents\/html$/)
    await page.goBack()
    await page.getByText('6 entries').waitFor()
    assert.deepEqual(errors, [])
    await page.context().close()
  })

  test('the keyboard alone searches the record: slash, words, results, Escape', async () => {
    const { page, errors } = await signIn({ ...sizes.desktop, locale: 'es-MX', colorScheme: 'dark' })
    await goTo(page, 'medicines')
    await page.getByRole('heading', { level: 1, name: 'Medicamentos' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('junio 2024')
    await page.keyboard.press('Enter')
    await page.getByText('1 anotación encontrada').waitFor()
    assert.match(page.url(), /search\?q=junio\+2024$/)
    await checkAccessibility(page, 'búsqueda')
    await page.getByLabel('Buscar en este historial').fill('nada así')
    await page.getByText('No se encontró nada para «nada así».').waitFor()
    await page.keyboard.press('Escape')
    assert.equal(await page.evaluate('document.activeElement.matches("input")'), false)
    await page.keyboard.press('/')
    await page.keyboard.type('letter')
    await page.getByText('2 anotaciones encontradas').waitFor()
    await page.getByRole('link', { name: 'Letter' }).first().focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/documents\/html$/)
    assert.deepEqual(errors, [])
    await page.context().close()
  })
})
