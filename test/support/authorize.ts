import { type Answer, type Browser, boxesOf, fieldOf, openBrowser } from './browser.ts'
import { password, redirectUri } from './people.ts'
import type { TestApp } from './start-app.ts'

export interface ConsentAnswer {
  decision?: 'Authorize' | 'Cancel'
  /** Kinds to leave ticked; all when absent. */
  kinds?: string[]
  /** How many of the offered records to leave ticked; all when absent. */
  persons?: number
  /** Which of them to leave ticked, by association. */
  personIds?: string[]
  duration?: string
}

/** Signs a browser in on the sign-in page it was led to. */
export async function signIn(
  browser: Browser,
  page: Answer,
  email: string,
  withPassword = password,
): Promise<Answer> {
  return browser.post(new URL('/signin', page.url).href, {
    _csrf: fieldOf(page, '_csrf'),
    next: fieldOf(page, 'next'),
    email,
    password: withPassword,
  })
}

/** Goes to the authorization page and, when asked, signs in; stops at the consent page or wherever it ends. */
export async function openConsent(
  app: TestApp,
  params: Record<string, string>,
  email: string,
  browser = openBrowser(),
) {
  const start = await browser.get(`${app.portalUrl}/o/authorize/?${new URLSearchParams(params)}`)
  let page = await browser.follow(start, app.portalUrl)
  if (page.url.includes('/signin'))
    page = await browser.follow(await signIn(browser, page, email), app.portalUrl)
  return { browser, page }
}

/** Answers the consent page and follows until the browser would leave for the application. */
export async function answerConsent(
  app: TestApp,
  browser: Browser,
  page: Answer,
  answer: ConsentAnswer = {},
): Promise<Answer> {
  const persons = boxesOf(page, 'person')
  const sent = await browser.post(page.url, {
    _csrf: fieldOf(page, '_csrf'),
    decision: answer.decision ?? 'Authorize',
    kind: answer.kinds ?? boxesOf(page, 'kind'),
    person: answer.personIds ?? persons.slice(0, answer.persons ?? persons.length),
    duration: answer.duration ?? 'until-ended',
  })
  return browser.follow(sent, app.portalUrl)
}

/** The three steps up to the redirect back: its query. */
export async function authorize(
  app: TestApp,
  clientId: string,
  email: string,
  params: Record<string, string> = {},
  answer: ConsentAnswer = {},
): Promise<URLSearchParams> {
  const request = { response_type: 'code', client_id: clientId, redirect_uri: redirectUri, ...params }
  const { browser, page } = await openConsent(app, request, email)
  const back = await answerConsent(app, browser, page, answer)
  if (!back.location) throw new Error(`no redirect back but ${back.status} at ${back.url}:\n${back.body}`)
  return new URL(back.location).searchParams
}

export interface TokenAnswer {
  status: number
  headers: Headers
  body: Record<string, unknown> & {
    access_token: string
    refresh_token: string
    scope: string
    error?: string
  }
}

export async function postToken(
  app: TestApp,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const response = await fetch(`${app.portalUrl}/o/token/`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers,
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as TokenAnswer['body'],
  }
}

/** Everything up to the tokens, as the tutorial does it. */
export async function getTokens(
  app: TestApp,
  client: { id: string; secret: string },
  email: string,
  params: Record<string, string> = {},
  answer: ConsentAnswer = {},
): Promise<TokenAnswer['body']> {
  const back = await authorize(app, client.id, email, params, answer)
  const { status, body } = await postToken(app, {
    code: back.get('code') ?? '',
    grant_type: 'authorization_code',
    redirect_uri: params.redirect_uri ?? redirectUri,
    client_id: client.id,
    client_secret: client.secret,
  })
  if (status !== 200) throw new Error(`the token request answered ${status}: ${JSON.stringify(body)}`)
  return body
}

/** A classic API request with a bearer token. */
export async function readApi(app: TestApp, path: string, token?: string) {
  const response = await fetch(`${app.classicUrl}/${path}`, {
    redirect: 'manual',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text) }
}
