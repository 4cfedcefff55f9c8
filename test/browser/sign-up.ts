import type { Page } from 'playwright-core'
import type { TestApp } from '../support/start-app.ts'

export interface Newcomer {
  displayName: string
  email: string
  password: string
  practiceName?: string
}

/** Signs up by hand: the form, the mail in the outbox, the password and the button behind its link. */
export async function signUp(app: TestApp, page: Page, kind: string, person: Newcomer): Promise<void> {
  await page.goto(`${app.portalUrl}/signup`)
  await page.locator(`a[href="/signup/${kind}"]`).first().click()
  const { password, ...typed } = person
  for (const [name, value] of Object.entries(typed)) await page.fill(`#${name}`, value)
  await page.click('main button[type=submit]')
  await page.waitForURL('**/signup/check-mail')
  await page.locator('main a[href="/outbox"]').click()
  await page.locator('main a[href*="/signup/finish"]').first().click()
  await page.fill('#password', password)
  await page.click('main button[type=submit]')
  await page.waitForURL((url) => !url.pathname.startsWith('/signup'))
}

export async function signInByHand(page: Page, email: string, password: string): Promise<void> {
  await page.fill('#email', email)
  await page.fill('#password', password)
  await page.click('button[type=submit]')
}
