import type { IncomingMessage } from 'node:http'
import type Provider from 'oidc-provider'
import type { Applications } from '#server/applications/applications.ts'

const longest = 64 * 1024

/**
 * fhirclient refreshes for public applications without `client_id`. Whose refresh token it is tells which application asks: a public
 * one has nothing more to prove than that it holds the token (RFC 6749 §6), so its id is filled in. All other requests stay as they
 * came.
 */
export async function nameClientOfRefresh(
  request: IncomingMessage,
  provider: Provider,
  applications: Pick<Applications, 'find'>,
): Promise<void> {
  const { 'content-type': type = '', 'content-length': length = '0', authorization } = request.headers
  const isShortForm = /^application\/x-www-form-urlencoded\b/i.test(type) && Number(length) <= longest
  if (!isShortForm || Number(length) === 0 || authorization !== undefined) return
  const text = await peek(request, Number(length))
  const form = new URLSearchParams(text)
  const isNamed = ['client_id', 'client_secret', 'client_assertion'].some((name) => form.has(name))
  const [token, another] = form.getAll('refresh_token')
  if (isNamed || token === undefined || another !== undefined || form.get('grant_type') !== 'refresh_token')
    return
  const found = await provider.RefreshToken.find(token)
  const application = found?.clientId === undefined ? undefined : await applications.find(found.clientId)
  if (application?.kind !== 'public') return
  const completed = `client_id=${encodeURIComponent(application.id)}&${text}`
  request.read()
  request.unshift(Buffer.from(completed))
  request.headers['content-length'] = String(Buffer.byteLength(completed))
}

/** Looks at a body without taking it away from the engine, which reads it itself. Empty when it never comes. */
async function peek(request: IncomingMessage, length: number): Promise<string> {
  const chunks: Buffer[] = []
  for (let size = 0; size < length; ) {
    const chunk = request.read() as Buffer | null
    if (chunk !== null) {
      chunks.push(chunk)
      size += chunk.length
    } else if (request.readableEnded || request.destroyed) return ''
    else await more(request)
  }
  const whole = Buffer.concat(chunks)
  // In the same turn as the last read, before the stream tells that it has ended.
  request.unshift(whole)
  return whole.toString('utf8')
}

function more(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const events = ['readable', 'end', 'close', 'error']
    const done = () => {
      for (const event of events) request.off(event, done)
      resolve()
    }
    for (const event of events) request.on(event, done)
  })
}
