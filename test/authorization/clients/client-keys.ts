import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import type { Application, ApplicationForm } from '#server/applications/applications.ts'
import { postToken, type TokenAnswer } from '../../support/authorize.ts'
import { anApplication, type Clinic } from '../../support/people.ts'
import type { TestApp } from '../../support/start-app.ts'

type Algorithm = 'RS384' | 'ES384' | 'ES256' | 'RS256'

/** A key pair of an application. */
export interface ClientKey {
  alg: string
  kid: string
  private: CryptoKey
  public: JWK
}

export async function aKey(alg: Algorithm, kid = `key-${alg}`): Promise<ClientKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, kid, private: privateKey, public: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

export interface AssertionChange {
  claims?: JWTPayload
  header?: Record<string, unknown>
  /** Claims to leave out. */
  without?: string[]
}

let counter = 0
export const newJti = () => `jti-${process.pid}-${++counter}-${Math.random()}`
export const nowSeconds = () => Math.floor(Date.now() / 1000)

/** A client assertion as SMART wants it, but for what is changed. */
export function signAssertion(
  app: TestApp,
  clientId: string,
  key: ClientKey,
  { claims = {}, header = {}, without = [] }: AssertionChange = {},
): Promise<string> {
  const all: JWTPayload = {
    iss: clientId,
    sub: clientId,
    aud: `${app.portalUrl}/o/token/`,
    exp: nowSeconds() + 240,
    jti: newJti(),
    ...claims,
  }
  const kept = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)))
  const protectedHeader = { alg: key.alg, kid: key.kid, typ: 'JWT', ...header }
  return new SignJWT(kept).setProtectedHeader(protectedHeader).sign(key.private)
}

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** An application that authenticates by a key. */
export function aKeyApplication(
  app: TestApp,
  clinic: Clinic,
  key: ClientKey,
  form: Partial<ApplicationForm> = {},
): Promise<Application> {
  const keys = form.jwksUri === undefined ? { jwks: { keys: [key.public] } } : {}
  return anApplication(app, clinic, { authentication: 'key', ...keys, ...form })
}

/** A client_credentials request. */
export async function askForBackendToken(
  app: TestApp,
  clientId: string,
  key: ClientKey,
  {
    scope = 'system/*.rs',
    form = {},
    ...change
  }: AssertionChange & { scope?: string; form?: Record<string, string> } = {},
): Promise<TokenAnswer> {
  return postToken(app, {
    grant_type: 'client_credentials',
    scope,
    client_assertion_type: assertionType,
    client_assertion: await signAssertion(app, clientId, key, change),
    ...form,
  })
}

/** A backend service with the approval of its clinic. */
export async function anApprovedService(
  app: TestApp,
  clinic: Clinic,
  key: ClientKey,
  scopes = ['system/*.rs'],
): Promise<Application> {
  const service = await aKeyApplication(app, clinic, key, {
    name: 'Quality reports',
    redirectUris: [],
    scopes,
  })
  await app.modules.approvals.approve({
    applicationId: service.id,
    practiceId: clinic.practice.id,
    accountId: clinic.provider.id,
  })
  return service
}

/** A DPoP proof (RFC 9449 §4.2). */
export async function signProof(
  key: ClientKey,
  claims: { htm: string; htu: string } & JWTPayload,
  header: Record<string, unknown> = {},
): Promise<string> {
  const { kid: _kid, use: _use, ...jwk } = key.public
  return new SignJWT({ jti: newJti(), iat: nowSeconds(), ...claims })
    .setProtectedHeader({ alg: key.alg, typ: 'dpop+jwt', jwk, ...header })
    .sign(key.private)
}

export const thumbprintOf = (key: ClientKey) => calculateJwkThumbprint(key.public)

/** A small web server on loopback, as a developer's machine is. */
export async function listenLocally(listener: RequestListener): Promise<{ url: string } & AsyncDisposable> {
  const server: Server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
