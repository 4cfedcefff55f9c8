import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Auth, type AuthConfig } from '@auth/core'
import * as oauth from 'oauth4webapi'
import { Strategy } from 'passport-oauth2'
import { CookieJar } from 'tough-cookie'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { askPerson } from './ask-person.ts'

const everything = 'openid profile patient/*.read offline_access'
const signInAlone = ['openid', 'openid profile email']

describe('libraries of web applications', () => {
  let app: TestApp
  let clinic: Clinic
  let personId: string
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'West Clinic')
    await aPatient(app, clinic, 'ana', { immunizations: 45, observations: 30 })
    personId = (await aReader(app, clinic, 'ana@example.com', ['ana'], 'self')).id
  })
  after(() => app[Symbol.asyncDispose]())

  const get = (address: string, accessToken: string) =>
    fetch(address, { headers: { authorization: `Bearer ${accessToken}` } })

  /** What an application does with a token: a list with all its pages, and a search. */
  async function readRecords(accessToken: string) {
    let next: string | null = `${app.classicUrl}/Immunization?page-size=20`
    let count = 0
    while (next) {
      const page = (await (await get(next, accessToken)).json()) as { results: object[]; next: string | null }
      count += page.results.length
      next = page.next
    }
    const bundle = await get(`${app.fhirUrl}/fhir/r4/Observation?_count=5`, accessToken)
    const { total } = (await bundle.json()) as { total: number }
    assert.deepEqual([count, total], [45, 30])
  }

  const statusOf = async (accessToken: string) =>
    (await get(`${app.fhirUrl}/fhir/r4/Patient/ana`, accessToken)).status

  describe('oauth4webapi', () => {
    const insecure = { [oauth.allowInsecureRequests]: true }

    async function connect(scope: string) {
      const { id, secret } = await anApplication(app, clinic)
      const issuer = new URL(app.portalUrl)
      const found = await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...insecure })
      const server = await oauth.processDiscoveryResponse(issuer, found)
      const client: oauth.Client = { client_id: id }
      const proof = oauth.ClientSecretBasic(secret)
      const verifier = oauth.generateRandomCodeVerifier()
      const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
      const address = new URL(server.authorization_endpoint ?? '')
      address.search = new URLSearchParams({
        response_type: 'code',
        client_id: id,
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString()
      const back = await askPerson(app, address.href, 'ana@example.com')
      const params = oauth.validateAuthResponse(server, client, back, state)
      const answer = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        proof,
        params,
        redirectUri,
        verifier,
        insecure,
      )
      const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
        expectedNonce: nonce,
        requireIdToken: true,
      })
      return { server, client, proof, tokens }
    }

    test('authorize, token, refresh, list, search, revoke', async () => {
      const { server, client, proof, tokens } = await connect(everything)
      const answer = await oauth.refreshTokenGrantRequest(
        server,
        client,
        proof,
        tokens.refresh_token ?? '',
        insecure,
      )
      const refreshed = await oauth.processRefreshTokenResponse(server, client, answer)
      assert.notEqual(refreshed.access_token, tokens.access_token)
      await readRecords(refreshed.access_token)
      const ended = await oauth.revocationRequest(
        server,
        client,
        proof,
        refreshed.refresh_token ?? '',
        insecure,
      )
      await oauth.processRevocationResponse(ended)
      assert.equal(await statusOf(refreshed.access_token), 401)
    })

    for (const scope of signInAlone)
      test(`sign-in alone, ${scope}`, async () => {
        const { server, client, tokens } = await connect(scope)
        assert.equal(tokens.scope, scope)
        const claims = oauth.getValidatedIdTokenClaims(tokens) ?? assert.fail('no id_token')
        assert.equal(claims.sub, personId)
        const answer = await oauth.userInfoRequest(server, client, tokens.access_token, insecure)
        const person = await oauth.processUserInfoResponse(server, client, claims.sub, answer)
        assert.equal(person.email, scope.includes('email') ? 'ana@example.com' : undefined)
        assert.equal(await statusOf(tokens.access_token), 403)
      })
  })

  describe('passport-oauth2', () => {
    interface Connected {
      accessToken: string
      refreshToken: string | undefined
      params: Record<string, unknown>
    }

    async function connect(scope: string) {
      const { id, secret } = await anApplication(app, clinic)
      const strategy = new Strategy(
        {
          authorizationURL: `${app.portalUrl}/o/authorize/`,
          tokenURL: `${app.portalUrl}/o/token/`,
          clientID: id,
          clientSecret: secret,
          callbackURL: redirectUri,
          scope,
          state: true,
          pkce: true,
          skipUserProfile: true,
        },
        (accessToken, refreshToken, params, _profile, verified) =>
          verified(null, { accessToken, refreshToken, params }),
      )
      const session = {}
      const address = await new Promise<string>((resolve, failed) => {
        Object.assign(strategy, { redirect: resolve, error: failed, fail: failed })
        strategy.authenticate({ session, query: {} })
      })
      const back = await askPerson(app, address, 'ana@example.com')
      const connected = await new Promise<Connected>((resolve, failed) => {
        Object.assign(strategy, { success: resolve, error: failed, fail: failed })
        strategy.authenticate({ session, query: Object.fromEntries(back.searchParams) })
      })
      return { ...connected, strategy, client: { client_id: id, client_secret: secret } }
    }

    test('authorize, token, refresh, list, search, revoke', async () => {
      const { accessToken, refreshToken = '', strategy, client } = await connect(everything)
      const refreshed = await new Promise<string[]>((resolve, failed) =>
        strategy._oauth2.getOAuthAccessToken(
          refreshToken,
          { grant_type: 'refresh_token' },
          (error, ...tokens) => (error ? failed(error) : resolve(tokens)),
        ),
      )
      const [newAccessToken = '', newRefreshToken = ''] = refreshed
      assert.notEqual(newAccessToken, accessToken)
      await readRecords(newAccessToken)
      const form = new URLSearchParams({ token: newRefreshToken, ...client })
      assert.equal((await fetch(`${app.portalUrl}/o/revoke/`, { method: 'POST', body: form })).status, 200)
      assert.equal(await statusOf(newAccessToken), 401)
    })

    for (const scope of signInAlone)
      test(`sign-in alone, ${scope}`, async () => {
        const { accessToken, params } = await connect(scope)
        assert.equal(params.scope, scope)
        assert.match(String(params.id_token), /^eyJ/)
        const person = (await (await get(`${app.portalUrl}/o/userinfo`, accessToken)).json()) as {
          sub: string
        }
        assert.equal(person.sub, personId)
      })
  })

  describe('@auth/core', () => {
    const site = 'https://app.example.com'

    /** A browser that talks to the web application, which is a function here. */
    function openSite(config: AuthConfig) {
      const jar = new CookieJar()
      return async (path: string, form?: Record<string, string>) => {
        const address = new URL(path, site).href
        const response = await Auth(
          new Request(address, {
            method: form ? 'POST' : 'GET',
            headers: { cookie: await jar.getCookieString(address) },
            ...(form ? { body: new URLSearchParams(form) } : {}),
          }),
          config,
        )
        for (const cookie of response.headers.getSetCookie()) await jar.setCookie(cookie, address)
        return response
      }
    }

    async function connect(scope?: string) {
      const { id, secret } = await anApplication(app, clinic, {
        redirectUris: [`${site}/auth/callback/onpatient`],
      })
      let account: Record<string, unknown> = {}
      const visit = openSite({
        basePath: '/auth',
        secret: 'a secret of the web application',
        trustHost: true,
        providers: [
          {
            id: 'onpatient',
            name: 'onpatient',
            type: 'oidc',
            issuer: app.portalUrl,
            clientId: id,
            clientSecret: secret,
            checks: ['pkce', 'state', 'nonce'],
            ...(scope === undefined ? {} : { authorization: { params: { scope } } }),
          },
        ],
        callbacks: {
          jwt: ({ token, account: given }) => {
            if (given) account = { ...given }
            return token
          },
          session: ({ session, token }) => ({ ...session, sub: token.sub }),
        },
      })
      const { csrfToken } = (await (await visit('/auth/csrf')).json()) as { csrfToken: string }
      const start = await visit('/auth/signin/onpatient', { csrfToken })
      const back = await askPerson(app, start.headers.get('location') ?? '', 'ana@example.com')
      const landed = await visit(back.href)
      assert.equal(landed.headers.get('location'), site)
      return { account, session: (await (await visit('/auth/session')).json()) as Record<string, unknown> }
    }

    test('a session, and a token that reads records', async () => {
      const { account } = await connect(everything)
      await readRecords(String(account.access_token))
      assert.equal(typeof account.refresh_token, 'string')
    })

    for (const scope of [...signInAlone, undefined])
      test(`sign-in alone, ${scope ?? 'with the scopes of the library itself'}`, async () => {
        const { account, session } = await connect(scope)
        assert.equal(account.scope, scope ?? 'openid profile email')
        assert.equal(account.providerAccountId, personId)
        const { name, email } = session.user as { name?: string; email?: string }
        if (scope !== 'openid') assert.deepEqual([name, email], ['ana', 'ana@example.com'])
      })
  })
})
