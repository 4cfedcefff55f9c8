/**
 * The only file that uses internals of the authorization engine (oidc-provider 9.13.3), so that an upgrade touches one file.
 * `oidc-internals.test.ts` tests the internals that it relies on.
 */
import Provider, { type KoaContextWithOIDC } from 'oidc-provider'
import initializeKeystore from 'oidc-provider/lib/helpers/initialize_keystore.js'
import insideOf from 'oidc-provider/lib/helpers/weak_cache.js'
import type { PublicKey } from '#server/applications/applications.ts'
import type { SigningKey } from '#server/keys/keys.ts'

interface ClientPrototype {
  clientId: string
  redirectUris: string[]
  tokenEndpointAuthMethod: string
  compareClientSecret(given: string): Promise<boolean> | boolean
  redirectUriAllowed(uri: string): boolean
}

/** Lets the engine ask us whether a client secret is right. Secrets are stored as hashes, and an application may have several. */
export function replaceSecretComparison(
  provider: Provider,
  isSecretOf: (clientId: string, secret: string) => Promise<boolean>,
): void {
  const prototype = clientPrototypeOf(provider)
  prototype.compareClientSecret = function compare(this: ClientPrototype, given: string) {
    return isSecretOf(this.clientId, given)
  }
}

/** Lets us decide which redirect URIs are an application's, instead of by exact string alone. */
export function replaceRedirectMatching(
  provider: Provider,
  mayReturnTo: (client: { redirectUris: string[]; isNative: boolean }, uri: string) => boolean,
): void {
  const prototype = clientPrototypeOf(provider)
  prototype.redirectUriAllowed = function isAllowed(this: ClientPrototype, uri: string) {
    const { redirectUris, tokenEndpointAuthMethod } = this
    return mayReturnTo({ redirectUris, isNative: tokenEndpointAuthMethod === 'none' }, uri)
  }
}

/** Whether the application of an exchange, as it is registered now, has this redirect URI. */
export function isStillRegistered({ oidc }: Pick<KoaContextWithOIDC, 'oidc'>, redirectUri: string): boolean {
  return oidc.client?.redirectUriAllowed(redirectUri) === true
}

/** Keys that verify one client assertion, in the form of the engine's key stores. */
export interface AssertionKeys {
  selectForVerify(wanted: { alg: string; kid?: string }): PublicKey[]
  /** Whether `refresh` could bring nothing new. */
  fresh(): boolean
  refresh(): Promise<void>
  getKeyObject(key: PublicKey): PublicKey
}

/**
 * Replaces the engine's key stores by ours. The engine would keep a fetched key for as long as it verifies, fetch for every unknown key id, and
 * obey any Cache-Control. Each use gets a store of its own, because the engine keeps clients.
 */
export function replaceAssertionKeys(
  provider: Provider,
  readKeysOf: (clientId: string) => Promise<() => AssertionKeys>,
): void {
  const model = provider.Client as unknown as {
    find(id: string): Promise<{ clientId: string; tokenEndpointAuthMethod: string } | undefined>
  }
  const find = model.find.bind(model)
  model.find = async (id) => {
    const client = await find(id)
    if (client?.tokenEndpointAuthMethod !== 'private_key_jwt') return client
    Object.defineProperty(client, 'asymmetricKeyStore', {
      configurable: true,
      get: await readKeysOf(client.clientId),
    })
    return client
  }
}

/** The engine looks first and stores later, so two replays at the same moment would both pass. */
export function replaceReplayDetection(
  provider: Provider,
  use: (key: string, lifetimeSeconds: number) => Promise<boolean>,
): void {
  const model = provider.ReplayDetection as unknown as {
    unique(issuer: string, jti: string, expiresAt: number): Promise<boolean>
  }
  model.unique = (issuer, jti, expiresAt) =>
    use(JSON.stringify([issuer, jti]), Math.max(1, Math.ceil(expiresAt - Date.now() / 1000)))
}

/** The first key signs; all are published. */
export function replaceSigningKeys(provider: Provider, keys: SigningKey[]): void {
  initializeKeystore.call(provider, { keys })
}

/** The request that the engine is answering when it calls us, and its response; undefined outside of the engine. */
export function currentExchange(): Pick<KoaContextWithOIDC, 'req' | 'res' | 'oidc'> | undefined {
  return (Provider as unknown as { ctx: KoaContextWithOIDC | undefined }).ctx
}

/** The token request that the engine is answering when it calls us; undefined when it is doing anything else. */
export function currentTokenRequest(): KoaContextWithOIDC | undefined {
  const { ctx } = Provider as unknown as { ctx: KoaContextWithOIDC | undefined }
  return ctx?.oidc.route === 'token' ? ctx : undefined
}

export type TokenHandler = (ctx: KoaContextWithOIDC) => Promise<void>

/** Wraps the handlers of token requests, for every grant type. The engine answers an error that the wrapper throws like its own. */
export function wrapTokenHandlers(provider: Provider, wrap: (handle: TokenHandler) => TokenHandler): void {
  const { grantTypeHandlers } = insideOf(provider)
  for (const [grantType, handle] of grantTypeHandlers) grantTypeHandlers.set(grantType, wrap(handle))
}

/** The way in which an answer gets to the application: by query, fragment or form. */
export type ResponseMode = (
  ctx: KoaContextWithOIDC,
  redirectUri: string,
  payload: Record<string, string>,
) => void | Promise<void>

/** Puts ours in the place of the engine's, which would parse a redirect URI and write it anew. */
export function replaceResponseModes(
  provider: Provider,
  build: (mode: string, handle: ResponseMode) => ResponseMode,
): void {
  const { responseModes } = insideOf(provider)
  for (const [mode, handle] of responseModes) responseModes.set(mode, build(mode, handle))
}

function clientPrototypeOf(provider: Provider): ClientPrototype {
  return provider.Client.prototype as unknown as ClientPrototype
}
