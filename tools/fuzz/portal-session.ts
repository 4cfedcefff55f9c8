import type { Agent } from 'node:http'
import { password } from './fill-database.ts'
import { type Answer, send } from './send.ts'

/** The cookies and the CSRF token of somebody who is signed in. */
export interface PortalSession {
  cookie: string
  csrfToken: string
}

/** Signs in as a person does, on the page. */
export async function signIn(url: string, agent: Agent, email: string): Promise<PortalSession> {
  const cookies = new Map<string, string>()
  const keep = ({ headers }: Answer) => {
    for (const line of [headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
  }
  const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const page = await send(url, agent, { method: 'GET', path: '/signin', headers: {}, body: undefined })
  keep(page)
  const [, token = ''] = /name="_csrf" value="([^"]*)"/.exec(page.text) ?? []
  const form = new URLSearchParams({ _csrf: token, next: '/', email, password })
  keep(
    await send(url, agent, {
      method: 'POST',
      path: '/signin',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: cookie() },
      body: form.toString(),
    }),
  )
  const me = await send(url, agent, {
    method: 'GET',
    path: '/portal-api/me',
    headers: { cookie: cookie() },
    body: undefined,
  })
  keep(me)
  // After too many sign-ins the requests go on without one.
  if (me.status !== 200) return { cookie: '', csrfToken: '' }
  const { csrfToken = '' } = JSON.parse(me.text) as { csrfToken?: string }
  return { cookie: cookie(), csrfToken }
}
