import type { FastifyInstance, LightMyRequestResponse } from 'fastify'

export interface ShownPage {
  status: number
  /** Where a redirect leads. */
  location: string | undefined
  headers: LightMyRequestResponse['headers']
  body: string
  /** `name=value; Attribute…` as sent with this answer. */
  setCookies: string[]
}

/** A browser with its own cookies that fills in forms as they were shown; it follows no redirect by itself. */
export interface Browser {
  get(url: string): Promise<ShownPage>
  /** Sends the form of a page whose action is `action`, with its hidden fields and these. */
  submit(page: ShownPage, action: string, fields?: Record<string, string>): Promise<ShownPage>
  /** Sends exactly these fields. */
  post(url: string, fields: Record<string, string>): Promise<ShownPage>
  cookies: Map<string, string>
}

/** `ip`: where it comes from, for throttling. */
export function openBrowser(app: FastifyInstance, ip = '192.0.2.1'): Browser {
  const cookies = new Map<string, string>()
  async function send(method: 'GET' | 'POST', url: string, payload?: string): Promise<ShownPage> {
    const response = await app.inject({
      method,
      url,
      remoteAddress: ip,
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        'user-agent': 'Testbrowser/1',
        ...(payload === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(payload === undefined ? {} : { payload }),
    })
    for (const { name, value, expires, maxAge } of response.cookies) {
      const isGone = value === '' || maxAge === 0 || (expires !== undefined && expires.getTime() < Date.now())
      if (isGone) cookies.delete(name)
      else cookies.set(name, value)
    }
    return {
      status: response.statusCode,
      location: response.headers.location,
      headers: response.headers,
      body: response.body,
      setCookies: [response.headers['set-cookie'] ?? []].flat(),
    }
  }
  const post = (url: string, fields: Record<string, string>): Promise<ShownPage> =>
    send('POST', url, new URLSearchParams(fields).toString())
  return {
    cookies,
    get: (url) => send('GET', url),
    post,
    submit: (page, action, fields) => post(action, { ...readHiddenFields(page.body, action), ...fields }),
  }
}

/** The hidden fields of one form. Throws when the page has no such form. */
export function readHiddenFields(body: string, action: string): Record<string, string> {
  const form = [...body.matchAll(/<form method="post" action="([^"]*)"[\s\S]*?<\/form>/g)].findLast(
    (match) => match[1] === action,
  )
  if (!form) throw new Error(`the page has no form that goes to ${action}:\n${body}`)
  const hidden = form[0].matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)
  return Object.fromEntries([...hidden].map(([, name = '', value = '']) => [name, decodeText(value)]))
}

function decodeText(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: keyof typeof entities) => entities[name])
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
