import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import {
  authorize,
  getTokens,
  openConsent,
  postToken,
  readApi,
  type TokenAnswer,
} from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const person = 'ana@example.com'
const day = 24 * 3600

describe('how long access lasts', () => {
  let app: TestApp
  let clinic: Clinic
  let client: { id: string; secret: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'North Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, person, ['ana'])
    client = await anApplication(app, clinic)
  })
  after(() => app[Symbol.asyncDispose]())

  const refresh = (refresh_token: string): Promise<TokenAnswer> =>
    postToken(app, {
      grant_type: 'refresh_token',
      refresh_token,
      client_id: client.id,
      client_secret: client.secret,
    })
  const tokensFor = (duration: string, scope = 'patient/*.rs offline_access') =>
    getTokens(app, client, person, { scope }, { duration })
  const secondsUntil = (date: unknown) => (Date.parse(String(date)) - app.clock.now().getTime()) / 1000

  test('the person chooses between once, 30 days, 13 months and until they end it', async () => {
    const request = { response_type: 'code', client_id: client.id, redirect_uri: redirectUri }
    const { page } = await openConsent(app, request, person)
    const offered = [...page.body.matchAll(/<option value="([^"]+)">([^<]+)</g)].map(([, , label]) => label)
    assert.deepEqual(offered, ['Until I end it', '13 months', '30 days', 'Once, for two days at most'])
  })

  test('once: after two days there is nothing, whatever the application asked for and refreshed', async () => {
    for (const scope of ['patient/*.rs offline_access', 'patient/*.rs online_access', 'patient/*.rs']) {
      const tokens = await tokensFor('once', scope)
      assert.equal(secondsUntil(tokens.access_grant_expiration), 2 * day)
      assert.equal(tokens.expires_in, 2 * day)
      app.clock.forward(day)
      // Classic applications count on a refresh token; it moves no end.
      const { body } = await refresh(tokens.refresh_token)
      assert.equal(body.expires_in, day)
      assert.equal((await readApi(app, 'Patient', body.access_token)).status, 200)
      app.clock.forward(day)
      for (const token of [tokens.access_token, body.access_token])
        assert.equal((await readApi(app, 'Patient', token)).status, 401)
      assert.equal((await refresh(body.refresh_token)).body.error, 'invalid_grant')
    }
  })

  test('once: an application without a secret gets no refresh token', async () => {
    const phone = await anApplication(app, clinic, { kind: 'public' })
    const verifier = 'v'.repeat(43)
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const asked = {
      scope: 'patient/*.rs offline_access',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    }
    for (const [duration, isGiven] of [
      ['once', false],
      ['month', true],
    ] as const) {
      const back = await authorize(app, phone.id, person, asked, { duration })
      const { body } = await postToken(app, {
        grant_type: 'authorization_code',
        code: back.get('code') ?? '',
        redirect_uri: redirectUri,
        client_id: phone.id,
        code_verifier: verifier,
      })
      assert.equal(body.refresh_token !== undefined, isGiven)
      assert.equal(body.scope.includes('offline_access'), isGiven)
    }
  })

  test('30 days: the last access token says that it ends with the grant, and then nothing refreshes', async () => {
    let tokens = await tokensFor('month')
    assert.equal(secondsUntil(tokens.access_grant_expiration), 30 * day)
    app.clock.forward(29 * day)
    tokens = (await refresh(tokens.refresh_token)).body
    assert.equal(tokens.expires_in, day)
    assert.equal(secondsUntil(tokens.access_grant_expiration), day)
    app.clock.forward(day)
    assert.equal((await readApi(app, 'Patient', tokens.access_token)).status, 401)
    assert.equal((await refresh(tokens.refresh_token)).body.error, 'invalid_grant')
  })

  test('13 months: refreshing moves no end', async () => {
    let tokens = await tokensFor('13-months')
    for (let months = 0; months < 13; months++) {
      assert.equal(secondsUntil(tokens.access_grant_expiration), (396 - months * 30) * day)
      app.clock.forward(30 * day)
      const { status, body } = await refresh(tokens.refresh_token)
      assert.equal(status, 200, JSON.stringify(body))
      tokens = body
    }
    app.clock.forward(6 * day)
    assert.equal((await refresh(tokens.refresh_token)).body.error, 'invalid_grant')
  })

  test('until ended: a refresh token lasts a year without use, and each use renews it for years', async () => {
    let { refresh_token } = await tokensFor('until-ended')
    for (let years = 0; years < 4; years++) {
      app.clock.forward(365 * day)
      await app.modules.sweep()
      const { status, body } = await refresh(refresh_token)
      assert.equal(status, 200, JSON.stringify(body))
      assert.equal('access_grant_expiration' in body, false)
      refresh_token = body.refresh_token
    }
    app.clock.forward(397 * day)
    assert.equal((await refresh(refresh_token)).body.error, 'invalid_grant')
  })

  test('a made-up duration is refused, never taken for the longest', async () => {
    await assert.rejects(tokensFor('forever'), /400/)
  })
})
