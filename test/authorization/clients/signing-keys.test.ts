import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { idTokenSeconds } from '#server/keys/keys.ts'
import { createSigningKeys } from '#server/keys/signing-keys.ts'
import { getTokens } from '../../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader } from '../../support/people.ts'
import { startApp, type TestApp } from '../../support/start-app.ts'

describe('the keys of id_tokens', () => {
  let app: TestApp
  let client: { id: string; secret: string }
  before(async () => {
    app = await startApp()
    const clinic = await aClinic(app, 'South Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, 'ana@example.com', ['ana'])
    client = await anApplication(app, clinic)
  })
  after(() => app[Symbol.asyncDispose]())

  const published = async () => {
    const response = await fetch(`${app.portalUrl}/.well-known/jwks.json`)
    return (await response.json()) as JSONWebKeySet
  }
  const kids = async () => (await published()).keys.map(({ kid }) => kid)
  const idToken = async () => {
    const { id_token } = await getTokens(app, client, 'ana@example.com', { scope: 'openid patient/*.read' })
    return String(id_token)
  }
  const signedBy = (token: string) => decodeProtectedHeader(token).kid
  const isGood = async (token: string) => {
    const { payload } = await jwtVerify(token, createLocalJWKSet(await published()), {
      issuer: app.portalUrl,
      audience: client.id,
    })
    return payload.sub !== undefined
  }

  test('a new key is published before it signs, and the old one while its tokens live', async () => {
    const old = await idToken()
    const [first] = await kids()
    assert.equal(signedBy(old), first)
    // Another process rotates: nothing informs this one, and it reads the key by itself.
    const elsewhere = createSigningKeys({ db: app.store.db, clock: app.clock })
    const made = await elsewhere.rotate()
    assert.equal(made.state, 'announced')
    app.clock.forward(31)
    assert.deepEqual(new Set(await kids()), new Set([first, made.kid]))
    assert.equal(signedBy(await idToken()), first, 'the new key is announced only')
    app.clock.forward(120)
    const next = await idToken()
    assert.equal(signedBy(next), made.kid)
    assert.ok(await isGood(next))
    assert.ok(await isGood(old), 'the old key is still published')
    app.clock.forward(idTokenSeconds + 10 * 60)
    assert.deepEqual(await kids(), [made.kid])
  })

  test('a key that others may know is withdrawn at once', async () => {
    const [first] = await kids()
    const made = await app.modules.keys.signing.rotate({ atOnce: true })
    assert.notEqual(made.kid, first)
    assert.deepEqual(await kids(), [made.kid])
    assert.equal(signedBy(await idToken()), made.kid)
  })

  test('rotations at the same moment leave every process with the same signing key', async () => {
    const parts = { db: app.store.db, clock: app.clock }
    const processes = [createSigningKeys(parts), createSigningKeys(parts)]
    await Promise.all(processes.map((each) => each.rotate()))
    app.clock.forward(151)
    const lists = await Promise.all(processes.map((each) => each.listPublished()))
    assert.equal(lists[0]?.[0]?.kid, lists[1]?.[0]?.kid)
    const states = await processes[0]?.list()
    assert.equal(states?.filter(({ state }) => state === 'signing').length, 1)
  })

  test('a key that cannot be read is reported, and replaced at once', async () => {
    const { signing } = app.modules.keys
    const { all, broken } = await signing.examine()
    assert.ok(all > 0)
    assert.deepEqual(broken, [])
    const values = ['{"kty":"RSA"', '{"kty":"RSA","kid":"k","alg":"RS256","use":"sig","n":"AQAB"}']
    for (const value of values) {
      await app.store.db
        .updateTable('server_key')
        .set({ value })
        .where('name', 'like', 'signing-rs256%')
        .execute()
      const seen = await signing.examine()
      assert.equal(seen.broken.length, seen.all)
      const made = await signing.rotate({ atOnce: true })
      assert.deepEqual(await signing.examine(), { all: 1, broken: [] })
      assert.equal(signedBy(await idToken()), made.kid)
    }
  })

  test('the private part is never published', async () => {
    for (const key of (await published()).keys)
      for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi']) assert.ok(!(part in key), part)
  })
})
