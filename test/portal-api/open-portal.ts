import { signIn } from '../support/authorize.ts'
import { openBrowser } from '../support/browser.ts'
import type { TestApp } from '../support/start-app.ts'

export interface PortalAnswer {
  status: number
  type: string
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  body: any
}

/** The portal's API as the browser of one account calls it. */
export async function openPortal(app: Pick<TestApp, 'portalUrl'>, email: string) {
  const browser = openBrowser()
  await signIn(browser, await browser.get(`${app.portalUrl}/signin`), email)
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<PortalAnswer> => {
    const response = await fetch(`${app.portalUrl}/portal-api${path}`, {
      method,
      headers: {
        cookie: await browser.jar.getCookieString(app.portalUrl),
        'x-csrf-token': csrfToken,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    return { status: response.status, type, body: type.includes('json') ? JSON.parse(text) : text }
  }
  let csrfToken = ''
  const me = await call('GET', '/me')
  csrfToken = me.body.csrfToken
  return { call, me: me.body, browser }
}

export type Portal = Awaited<ReturnType<typeof openPortal>>

export const applicationForm = {
  name: 'Vaccine diary',
  kind: 'confidential',
  redirectUris: ['https://app.example.com/redirect_uri'],
  scopes: ['patient/*.read'],
}
