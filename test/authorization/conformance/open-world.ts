import { createHash, randomBytes } from 'node:crypto'
import { authorize, type ConsentAnswer, postToken, type TokenAnswer } from '../../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../../support/people.ts'
import { startApp, type TestApp } from '../../support/start-app.ts'

export const person = 'ana@example.com'
export type Form = Record<string, string>

interface Client {
  id: string
  secret: string
}

/** A server with two patients, a person, and applications of each kind; what an auditor needs to try rules. */
export interface World extends AsyncDisposable {
  app: TestApp
  clinic: Clinic
  /** Two applications with a secret. */
  client: Client
  other: Client
  /** Two without. */
  open: Client
  otherOpen: Client
  /** GET, never following a redirect. */
  get(path: string, headers?: Form): Promise<Response>
  post(
    path: string,
    form: Form,
    headers?: Form,
  ): Promise<{ response: Response; body: Record<string, unknown> }>
  /** Where an authorization request of a browser that is not signed in leads: an error, or a page. */
  ask(params: Form): Promise<Response>
  codeFor(who: Client, params?: Form, answer?: ConsentAnswer): Promise<string>
  redeem(code: string, who: Client, extra?: Form, headers?: Form): Promise<TokenAnswer>
  refresh(token: string, who: Client, extra?: Form, headers?: Form): Promise<TokenAnswer>
  /** The whole way; with PKCE for an application without a secret. */
  tokensOf(who: Client, params?: Form, answer?: ConsentAnswer): Promise<TokenAnswer['body']>
}

export function aChallenge(verifier = randomBytes(32).toString('base64url')) {
  const code_challenge = createHash('sha256').update(verifier).digest('base64url')
  return { verifier, params: { code_challenge, code_challenge_method: 'S256' } }
}

export const proofOf = ({ id, secret }: Client): Form =>
  secret === '' ? { client_id: id } : { client_id: id, client_secret: secret }

/** `start`: another way to start the server. */
export async function openWorld(env: Form = {}, start = startApp): Promise<World> {
  const app = await start(env)
  const clinic = await aClinic(app, 'South Clinic')
  await aPatient(app, clinic, 'ana')
  await aPatient(app, clinic, 'ben')
  await aReader(app, clinic, person, ['ana'])
  const [client, other] = [await anApplication(app, clinic), await anApplication(app, clinic)]
  const open = await anApplication(app, clinic, { kind: 'public' })
  const otherOpen = await anApplication(app, clinic, { kind: 'public' })

  const world: Omit<World, typeof Symbol.asyncDispose> = {
    ...{ app, clinic, client, other, open, otherOpen },
    get: (path, headers = {}) => fetch(app.portalUrl + path, { redirect: 'manual', headers }),
    async post(path, form, headers = {}) {
      const response = await fetch(app.portalUrl + path, {
        ...{ method: 'POST', redirect: 'manual', headers },
        body: new URLSearchParams(form),
      })
      return { response, body: await response.clone().json() }
    },
    ask: (params) => world.get(`/o/authorize/?${new URLSearchParams(params)}`),
    async codeFor({ id }, params = {}, answer = {}) {
      return (await authorize(app, id, person, params, answer)).get('code') ?? ''
    },
    redeem: (code, who, extra = {}, headers = {}) =>
      postToken(
        app,
        { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...proofOf(who), ...extra },
        headers,
      ),
    refresh: (refresh_token, who, extra = {}, headers = {}) =>
      postToken(app, { grant_type: 'refresh_token', refresh_token, ...proofOf(who), ...extra }, headers),
    async tokensOf(who, params = {}, answer = {}) {
      const { verifier, params: challenge } = aChallenge()
      const isOpen = who.secret === ''
      const code = await world.codeFor(who, { ...(isOpen ? challenge : {}), ...params }, answer)
      const { status, body } = await world.redeem(code, who, isOpen ? { code_verifier: verifier } : {})
      if (status !== 200) throw new Error(`the token request answered ${status}: ${JSON.stringify(body)}`)
      return body
    },
  }
  return { ...world, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() }
}
