import { answerConsent, signIn } from '../support/authorize.ts'
import { openBrowser } from '../support/browser.ts'
import type { TestApp } from '../support/start-app.ts'

/** Opens the address that a library made in a browser, signs in, allows everything: the address that the browser is sent back to. */
export async function askPerson(app: TestApp, address: string, email: string): Promise<URL> {
  const browser = openBrowser()
  let page = await browser.follow(await browser.get(address), app.portalUrl)
  if (page.url.includes('/signin'))
    page = await browser.follow(await signIn(browser, page, email), app.portalUrl)
  const back = await answerConsent(app, browser, page)
  if (!back.location) throw new Error(`no way back but ${back.status} at ${back.url}:\n${back.body}`)
  return new URL(back.location)
}
