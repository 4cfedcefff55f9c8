/**
 * The only file that reaches into the authorization engine (oidc-provider 9.13.3), so that an upgrade touches one
 * place. `oidc-internals.test.ts` pins what it relies on.
 */
import type Provider from 'oidc-provider'
import { isLoopback } from '#server/applications/applications.ts'

interface ClientPrototype {
  clientId: string
  redirectUris: string[]
  compareClientSecret(given: string): Promise<boolean> | boolean
  redirectUriAllowed(uri: string): boolean
}

/** Lets the engine ask us whether a client secret is right: secrets are stored as hashes, several may be live. */
export function replaceSecretComparison(
  provider: Provider,
  isSecretOf: (clientId: string, secret: string) => Promise<boolean>,
): void {
  const prototype = clientPrototypeOf(provider)
  prototype.compareClientSecret = function compare(this: ClientPrototype, given: string) {
    return isSecretOf(this.clientId, given)
  }
}

/**
 * Redirect URIs match by exact string, except that the port of a loopback address is free (RFC 8252 §7.3): a
 * program on the person's machine takes whatever port it gets.
 */
export function replaceRedirectMatching(provider: Provider): void {
  const prototype = clientPrototypeOf(provider)
  prototype.redirectUriAllowed = function isAllowed(this: ClientPrototype, uri: string) {
    return this.redirectUris.some(
      (registered) => registered === uri || differsOnlyInLoopbackPort(registered, uri),
    )
  }
}

function differsOnlyInLoopbackPort(registered: string, given: string): boolean {
  if (!URL.canParse(registered) || !URL.canParse(given)) return false
  const expected = new URL(registered)
  if (expected.protocol !== 'http:' || !isLoopback(expected)) return false
  // Compared as text, so that nothing that parsing forgives (case, dots, back-slashes) slips through.
  const withoutPort = (text: string) =>
    text.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])):\d{1,5}(?=[/?]|$)/, '$1')
  return withoutPort(registered) === withoutPort(given)
}

function clientPrototypeOf(provider: Provider): ClientPrototype {
  return provider.Client.prototype as unknown as ClientPrototype
}
