import { CookieJar } from 'tough-cookie'

export interface Answer {
  status: number
  headers: Headers
  body: string
  url: string
  /** Where a redirect leads, absolute. */
  location: string | undefined
}

/** A person's browser over real HTTP: keeps cookies by their rules and follows no redirect by itself. */
export interface Browser {
  get(url: string): Promise<Answer>
  post(url: string, fields: Record<string, string | string[]>): Promise<Answer>
  /** Follows redirects within an origin; stops at the first answer that is none or leads elsewhere. */
  follow(answer: Answer, origin: string): Promise<Answer>
  jar: CookieJar
}

export function openBrowser(): Browser {
  const jar = new CookieJar()
  async function send(method: string, url: string, body?: URLSearchParams): Promise<Answer> {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { cookie: await jar.getCookieString(url), accept: 'text/html', 'user-agent': 'Testbrowser/1' },
      ...(body ? { body } : {}),
    })
    for (const cookie of response.headers.getSetCookie()) await jar.setCookie(cookie, url)
    const location = response.headers.get('location')
    return {
      status: response.status,
      headers: response.headers,
      body: await response.text(),
      url,
      location: location === null ? undefined : new URL(location, url).href,
    }
  }
  const browser: Browser = {
    jar,
    get: (url) => send('GET', url),
    post: (url, fields) => {
      const pairs = Object.entries(fields).flatMap(([name, value]) =>
        [value].flat().map((each) => [name, each]),
      )
      return send('POST', url, new URLSearchParams(pairs as [string, string][]))
    },
    async follow(answer, origin) {
      let current = answer
      while (current.location?.startsWith(`${origin}/`)) current = await browser.get(current.location)
      return current
    },
  }
  return browser
}

/** The value of a hidden or text field of a page. */
export function fieldOf(page: Answer, name: string): string {
  const [, value] = new RegExp(`name="${name}" value="([^"]*)"`).exec(page.body) ?? []
  if (value === undefined) throw new Error(`no field ${name} in ${page.url}:\n${page.body}`)
  return value.replaceAll('&amp;', '&').replaceAll('&#39;', "'").replaceAll('&quot;', '"')
}

/** The values of all boxes of a name, ticked or not. */
export function boxesOf(page: Answer, name: string): string[] {
  return [...page.body.matchAll(new RegExp(`name="${name}" value="([^"]*)"`, 'g'))].map(
    ([, value]) => value ?? '',
  )
}
