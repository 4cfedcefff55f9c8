import { OnpatientError } from '../errors.ts'
import type { Warning } from './application.ts'

const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether an address means the person's own machine, where plain http is as good as https. */
export function isLoopback(url: URL): boolean {
  return loopbackHosts.has(url.hostname)
}

/**
 * Checks one redirect URI as a developer typed it and returns it unchanged: matching is by exact string
 * (RFC 9700 §2.1), so it must not be normalised. Throws `redirect-uri-invalid` saying what to change.
 */
export function assertRedirectUri(
  text: string,
  { field, isNative }: { field: 'redirectUris' | 'postLogoutRedirectUris'; isNative: boolean },
): string {
  const reason =
    isNative && hasPrivateUseScheme(text) ? findPrivateUseFault(text) : findRedirectUriFault(text)
  if (reason !== undefined)
    throw new OnpatientError('redirect-uri-invalid', `"${text.slice(0, 200)}" ${reason}`, {
      field,
    })
  return text
}

/**
 * RFC 8252 §7.1: a scheme of a program on the person's device is a domain name of its maker in reverse order. Only such names have a
 * period, so `javascript:`, `file:` and the like do not match.
 */
export function hasPrivateUseScheme(text: string): boolean {
  return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/i.test(text)
}

function findPrivateUseFault(text: string): string | undefined {
  if (!/^[^:]+:\/{1,2}[^/]/.test(text))
    return 'needs one slash and a path after the scheme, such as com.example.app:/callback.'
  return findCommonFault(text)
}

/** An answer appends these parameters (RFC 6749 §4.1.2, RFC 9207), so the address must not have them already. */
const answerParameters = ['code', 'state', 'error', 'error_description', 'error_uri', 'iss']

/** Throws `redirect-uri-invalid`. */
export function assertNoAnswerParameters(text: string): void {
  const taken = answerParameters.find((name) => new URL(text).searchParams.has(name))
  if (taken === undefined) return
  throw new OnpatientError(
    'redirect-uri-invalid',
    `"${text.slice(0, 200)}" has a parameter "${taken}", which each answer appends. Leave it out.`,
    { field: 'redirectUris' },
  )
}

/**
 * Redirect URIs match by exact string, except that the port of a loopback address is free for a native application (RFC 8252 §7.3):
 * a program on the person's machine takes any port that it gets. Such an application cannot keep a secret (§8.5), so it is a public one. A
 * web application knows its port.
 */
export function isRegisteredRedirect(
  { redirectUris, isNative }: { redirectUris: readonly string[]; isNative: boolean },
  uri: string,
): boolean {
  return redirectUris.some(
    (registered) => registered === uri || (isNative && differsOnlyInLoopbackPort(registered, uri)),
  )
}

function differsOnlyInLoopbackPort(registered: string, given: string): boolean {
  if (!URL.canParse(registered) || !URL.canParse(given)) return false
  const expected = new URL(registered)
  if (expected.protocol !== 'http:' || !isLoopback(expected)) return false
  // Texts are compared, because a parser forgives differences in case, dots and back-slashes.
  const withoutPort = (text: string) =>
    text.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])):\d{1,5}(?=[/?]|$)/, '$1')
  return withoutPort(registered) === withoutPort(given)
}

/** Why the browser must not be sent to this address; undefined when it may. */
export function findRedirectUriFault(text: string): string | undefined {
  if (text.length > 2000) return 'is longer than 2000 characters.'
  if (!/^https?:\/\//i.test(text))
    return 'does not start with http:// or https://. Use the address of a page of your application. A public application may also use a scheme of its own with a period, such as com.example.app:/callback.'
  return findCommonFault(text)
}

function findCommonFault(text: string): string | undefined {
  // Browsers and servers read whitespace and backslashes differently, by which another host can be smuggled in.
  if (/[\s\\\p{Cc}]/u.test(text)) return 'contains a space, backslash or control character. Encode it.'
  if (!URL.canParse(text)) return 'is not a well-formed address.'
  const url = new URL(text)
  if (text.includes('#')) return 'has a fragment (#…), which never reaches your server. Leave it out.'
  if (text.includes('*')) return 'has a wildcard (*). Register each address in full.'
  if (url.username !== '' || url.password !== '' || /^[a-z0-9.+-]+:\/\/[^/?]*@/i.test(text))
    return 'has a user name or password before the host. Leave it out.'
  return undefined
}

/** Whether a browser goes to this address over a network where others can read what it sends. */
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

/** Warnings about addresses that work but are unwise, or that were registered before such addresses were refused. */
export function warnAboutRedirectUris(uris: readonly string[], allowsPlain: boolean): Warning[] {
  return uris.filter(isPlainHttp).map((text) => ({
    field: 'redirectUris',
    message: allowsPlain
      ? `${text} is plain http: anyone on the way can read the authorization code. Use https:// for real people.`
      : `${text} is plain http: anyone on the way can read the authorization code, so this server sends nobody there any more. Use https://.`,
  }))
}
