import { OnpatientError } from '../errors.ts'
import type { Warning } from './applications.ts'

const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether an address means the person's own machine, where plain http is as good as https. */
export function isLoopback(url: URL): boolean {
  return loopbackHosts.has(url.hostname)
}

/**
 * Checks one redirect URI as a developer typed it and returns it unchanged: matching is by exact string
 * (RFC 9700 §2.1), so it must not be normalised. Throws `redirect-uri-invalid` saying what to change.
 */
export function assertRedirectUri(text: string, field = 'redirectUris'): string {
  const reason = findRedirectUriFault(text)
  if (reason !== undefined)
    throw new OnpatientError('redirect-uri-invalid', `"${text.slice(0, 200)}" ${reason}`, {
      field,
    })
  return text
}

/** Why the browser must not be sent to this address; undefined when it may. */
export function findRedirectUriFault(text: string): string | undefined {
  if (text.length > 2000) return 'is longer than 2000 characters.'
  if (!/^https?:\/\//i.test(text))
    return 'does not start with http:// or https://. Use the address of a page of your application.'
  // Whitespace and backslashes are read differently by browsers and servers: a known way to smuggle another host.
  if (/[\s\\\p{Cc}]/u.test(text)) return 'contains a space, backslash or control character. Encode it.'
  if (!URL.canParse(text)) return 'is not a well-formed address.'
  const url = new URL(text)
  if (text.includes('#')) return 'has a fragment (#…), which never reaches your server. Leave it out.'
  if (text.includes('*')) return 'has a wildcard (*). Register each address in full.'
  if (url.username !== '' || url.password !== '' || /^https?:\/\/[^/?]*@/i.test(text))
    return 'has a user name or password before the host. Leave it out.'
  return undefined
}

/** Whether the browser goes there over a network, and what it carries can be read on the way. */
export function isPlainHttp(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  return url.protocol === 'http:' && !isLoopback(url)
}

/** Throws `redirect-uri-invalid` for an address on plain http, where the server allows none (RFC 9700 §2.6). */
export function assertNotPlain(text: string, field: string): void {
  if (!isPlainHttp(text)) return
  throw new OnpatientError(
    'redirect-uri-invalid',
    `"${text.slice(0, 200)}" is plain http: anyone on the way can read what is sent there, and this server allows it on the person's own machine alone. Use https://. Whoever runs the server can allow it by INSECURE_REDIRECTS=allow.`,
    { field },
  )
}

/** What to tell the developer about addresses that work but are unwise, or that were registered before they were refused. */
export function warnAboutRedirectUris(uris: readonly string[], allowsPlain: boolean): Warning[] {
  return uris.filter(isPlainHttp).map((text) => ({
    field: 'redirectUris',
    message: allowsPlain
      ? `${text} is plain http: anyone on the way can read the authorization code. Use https:// for real people.`
      : `${text} is plain http: anyone on the way can read the authorization code, so this server sends nobody there any more. Use https://.`,
  }))
}
