import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as client from 'openid-client'
import { aKey, aKeyApplication } from '../authorization/clients/client-keys.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { askPerson } from './ask-person.ts'

/** The tests' server has no TLS; and its clock is the one of the machine. */
const options = { execute: [client.allowInsecureRequests] }

describe('openid-client', () => {
  let app: TestApp
  let clinic: Clinic
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'West Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, 'ana@example.com', ['ana'], 'self')
  })
  after(() => app[Symbol.asyncDispose]())

  async function authorizeWith(config: client.Configuration, scope: string, nonce?: string) {
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const expectedState = client.randomState()
    const address = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope,
      state: expectedState,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...(nonce === undefined ? {} : { nonce }),
    })
    const back = await askPerson(app, address.href, 'ana@example.com')
    return client.authorizationCodeGrant(config, back, {
      pkceCodeVerifier,
      expectedState,
      ...(nonce === undefined ? {} : { expectedNonce: nonce }),
    })
  }

  const read = (token: string) =>
    fetch(`${app.fhirUrl}/fhir/r4/Patient/ana`, { headers: { authorization: `Bearer ${token}` } })

  for (const [name, authentication] of [
    ['a secret in the header', client.ClientSecretBasic],
    ['a secret in the body', client.ClientSecretPost],
  ] as const)
    test(`discovers, signs in with OpenID, refreshes, introspects and revokes, by ${name}`, async () => {
      const { id, secret } = await anApplication(app, clinic)
      const config = await client.discovery(
        new URL(app.portalUrl),
        id,
        { client_secret: secret },
        authentication(secret),
        options,
      )
      const tokens = await authorizeWith(config, 'openid fhirUser patient/*.rs offline_access', 'a nonce')
      assert.equal(tokens.claims()?.iss, app.portalUrl)
      assert.equal(tokens.patient, 'ana')
      assert.equal((await read(tokens.access_token)).status, 200)
      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
      assert.notEqual(refreshed.access_token, tokens.access_token)
      const reported = await client.tokenIntrospection(config, refreshed.access_token)
      assert.deepEqual([reported.active, reported.client_id], [true, id])
      await client.tokenRevocation(config, refreshed.access_token)
      assert.equal((await read(refreshed.access_token)).status, 401)
      assert.equal((await client.tokenIntrospection(config, refreshed.access_token)).active, false)
      await assert.rejects(client.refreshTokenGrant(config, refreshed.refresh_token ?? ''), {
        error: 'invalid_grant',
      })
    })

  test('a public application', async () => {
    const { id } = await anApplication(app, clinic, { kind: 'public' })
    const config = await client.discovery(new URL(app.portalUrl), id, undefined, client.None(), options)
    const tokens = await authorizeWith(config, 'patient/Patient.read')
    assert.equal((await read(tokens.access_token)).status, 200)
  })

  test('what the person refused is the error of the protocol', async () => {
    const { id, secret } = await anApplication(app, clinic)
    const config = await client.discovery(new URL(app.portalUrl), id, secret, undefined, options)
    const back = new URL(
      `${redirectUri}?error=access_denied&state=s&iss=${encodeURIComponent(app.portalUrl)}`,
    )
    await assert.rejects(client.authorizationCodeGrant(config, back, { expectedState: 's' }), {
      error: 'access_denied',
    })
  })

  for (const alg of ['RS384', 'ES384'] as const)
    test(`an application with a key, ${alg}`, async () => {
      const key = await aKey(alg)
      const { id } = await aKeyApplication(app, clinic, key)
      const authentication = client.PrivateKeyJwt({ key: key.private, kid: key.kid })
      const config = await client.discovery(new URL(app.portalUrl), id, undefined, authentication, options)
      const tokens = await authorizeWith(config, 'patient/Patient.rs')
      assert.equal((await read(tokens.access_token)).status, 200)
    })

  test('tokens bound to a key by DPoP', async () => {
    const { id, secret } = await anApplication(app, clinic)
    const config = await client.discovery(new URL(app.portalUrl), id, secret, undefined, options)
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
    const pkceCodeVerifier = client.randomPKCECodeVerifier()
    const address = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'patient/Patient.rs',
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    })
    const back = await askPerson(app, address.href, 'ana@example.com')
    const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier }, undefined, {
      DPoP,
    })
    assert.equal(tokens.token_type, 'dpop')
    const address2 = new URL(`${app.fhirUrl}/fhir/r4/Patient/ana`)
    const response = await client.fetchProtectedResource(
      config,
      tokens.access_token,
      address2,
      'GET',
      undefined,
      undefined,
      { DPoP },
    )
    assert.equal(response.status, 200)
    assert.equal((await read(tokens.access_token)).status, 401)
  })
})
