import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { exportJWK } from 'jose'
import { openSqliteStore } from '#server/store/store.ts'
import { createUsedOnce } from '#server/store/used-once.ts'
import { authorize, postToken, readApi } from '../../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../../support/people.ts'
import { startApp, type TestApp } from '../../support/start-app.ts'
import { testServerUrl } from '../../support/test-store.ts'
import {
  type AssertionChange,
  aKey,
  aKeyApplication,
  assertionType,
  type ClientKey,
  newJti,
  nowSeconds,
  signAssertion,
} from './client-keys.ts'

const person = 'ana@example.com'

describe('an application that proves who it is by a key', () => {
  let app: TestApp
  let clinic: Clinic
  let rsa: ClientKey
  let ec: ClientKey
  let stranger: ClientKey
  let client: { id: string }
  let other: { id: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'South Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, person, ['ana'])
    rsa = await aKey('RS384')
    ec = await aKey('ES384')
    stranger = await aKey('RS384')
    client = await aKeyApplication(app, clinic, rsa, { jwks: { keys: [rsa.public, ec.public] } })
    other = await aKeyApplication(app, clinic, stranger)
  })
  after(() => app[Symbol.asyncDispose]())

  const codeForm = async (params: Record<string, string> = {}) => ({
    grant_type: 'authorization_code',
    code: (await authorize(app, client.id, person, params)).get('code') ?? '',
    redirect_uri: redirectUri,
  })
  const assertedBy = async (key: ClientKey, change: AssertionChange = {}) => ({
    client_assertion_type: assertionType,
    client_assertion: await signAssertion(app, client.id, key, change),
  })
  /** A request that costs no code: the client is judged before the refresh token is looked at. */
  const probe = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    postToken(app, { grant_type: 'refresh_token', refresh_token: 'none', ...form }, headers)
  /** What the probe answers to one that proved who it is. */
  const isProven = ({ body }: { body: { error?: string } }) => body.error === 'invalid_grant'

  for (const alg of ['RS384', 'ES384'] as const)
    test(`exchanges a code, refreshes and reads with ${alg}`, async () => {
      const key = alg === 'RS384' ? rsa : ec
      const first = await postToken(app, { ...(await codeForm()), ...(await assertedBy(key)) })
      assert.equal(first.status, 200, JSON.stringify(first.body))
      const refreshed = await postToken(app, {
        grant_type: 'refresh_token',
        refresh_token: first.body.refresh_token,
        ...(await assertedBy(key)),
      })
      assert.equal(refreshed.status, 200, JSON.stringify(refreshed.body))
      assert.equal((await readApi(app, 'Patient/ana', refreshed.body.access_token)).status, 200)
    })

  const accepted: Array<[string, () => Promise<AssertionChange>]> = [
    ['aud may be the issuer', async () => ({ claims: { aud: app.portalUrl } })],
    [
      'aud may be a list',
      async () => ({ claims: { aud: ['https://x.example', `${app.portalUrl}/o/token/`] } }),
    ],
    ['iat and nbf in the past', async () => ({ claims: { iat: nowSeconds() - 5, nbf: nowSeconds() - 5 } })],
    ['a clock that is 10 seconds ahead', async () => ({ claims: { nbf: nowSeconds() + 10 } })],
    ['a header without typ', async () => ({ header: { typ: undefined } })],
  ]
  for (const [title, change] of accepted)
    test(`accepts: ${title}`, async () => {
      const answer = await probe(await assertedBy(rsa, await change()))
      assert.ok(isProven(answer), JSON.stringify(answer.body))
    })

  /** What is refused: title, what is sent, the words of the description. All are `invalid_client` with 401. */
  const refused: Array<[string, () => Promise<Record<string, string>>, RegExp]> = [
    ['another key with the same kid', () => assertedBy(stranger), /registered key/],
    ['a kid that is not registered', () => assertedBy(rsa, { header: { kid: 'none' } }), /registered key/],
    ['no kid', () => assertedBy(rsa, { header: { kid: undefined } }), /kid/],
    ['an empty kid', () => assertedBy(rsa, { header: { kid: '' } }), /kid/],
    [
      'the kid of the key of another algorithm',
      () => assertedBy(rsa, { header: { kid: ec.kid } }),
      /registered key/,
    ],
    [
      'aud of another server',
      () => assertedBy(rsa, { claims: { aud: 'https://other.example/o/token/' } }),
      /aud/,
    ],
    [
      'aud without the slash at its end',
      () => assertedBy(rsa, { claims: { aud: `${app.portalUrl}/o/token` } }),
      /aud/,
    ],
    ['aud of the API', () => assertedBy(rsa, { claims: { aud: `${app.fhirUrl}/fhir/r4` } }), /aud/],
    ['an empty list as aud', () => assertedBy(rsa, { claims: { aud: [] } }), /aud/],
    ['no aud', () => assertedBy(rsa, { without: ['aud'] }), /aud/],
    ['iss of another client', () => assertedBy(rsa, { claims: { iss: other.id } }), /iss/],
    ['no iss', () => assertedBy(rsa, { without: ['iss'] }), /iss/],
    ['sub of another client', () => assertedBy(rsa, { claims: { sub: other.id } }), /iss/],
    ['no sub', () => assertedBy(rsa, { without: ['sub'] }), /sub/],
    [
      'sub that nobody has',
      () => assertedBy(rsa, { claims: { sub: 'app_none', iss: 'app_none' } }),
      /no application/,
    ],
    ['exp that is over', () => assertedBy(rsa, { claims: { exp: nowSeconds() - 60 } }), /expired/],
    ['exp two hours ahead', () => assertedBy(rsa, { claims: { exp: nowSeconds() + 7200 } }), /5 minutes/],
    ['exp six minutes ahead', () => assertedBy(rsa, { claims: { exp: nowSeconds() + 360 } }), /5 minutes/],
    [
      'exp as text',
      () => assertedBy(rsa, { claims: { exp: String(nowSeconds() + 60) as never } }),
      /assertion/,
    ],
    ['no exp', () => assertedBy(rsa, { without: ['exp'] }), /exp/],
    ['nbf ahead', () => assertedBy(rsa, { claims: { nbf: nowSeconds() + 120 } }), /not valid yet/],
    ['iat as text', () => assertedBy(rsa, { claims: { iat: 'now' as never } }), /wrong type/],
    ['no jti', () => assertedBy(rsa, { without: ['jti'] }), /jti/],
    ['an empty jti', () => assertedBy(rsa, { claims: { jti: '' } }), /jti/],
    ['a jti of 201 characters', () => assertedBy(rsa, { claims: { jti: 'x'.repeat(201) } }), /jti/],
    ['a jti that is a number', () => assertedBy(rsa, { claims: { jti: 7 as never } }), /wrong type/],
    ['typ of another kind of token', () => assertedBy(rsa, { header: { typ: 'dpop+jwt' } }), /typ/],
    ['jku of a stranger', () => assertedBy(rsa, { header: { jku: 'https://evil.example/jwks' } }), /jku/],
    ['alg none', async () => unsigned(), /alg/],
    ['a public key used as the secret of HS384', async () => signedByHmac(), /alg/],
    ['RS256, which SMART does not name', async () => signedWeakly('RS256'), /alg/],
    ['ES256, which SMART does not name', async () => signedWeakly('ES256'), /alg/],
    ['a changed claim', async () => tampered(), /registered key/],
    [
      'a secret instead of an assertion',
      async () => ({ client_id: client.id, client_secret: 'guess' }),
      /key/,
    ],
    ['the client_id alone', async () => ({ client_id: client.id }), /key/],
  ]
  for (const [title, form, words] of refused)
    test(`refuses: ${title}`, async () => {
      const { status, body } = await probe(await form())
      assert.equal(body.error, 'invalid_client', JSON.stringify(body))
      assert.equal(status, 401)
      assert.match(String(body.error_description), words)
    })

  /** The same with `invalid_request`: the request itself is malformed. */
  const malformed: Array<[string, () => Promise<Record<string, string>>]> = [
    ['an assertion that is no JWT', async () => ({ ...(await assertedBy(rsa)), client_assertion: 'junk' })],
    [
      'a JWT whose claims are no JSON',
      async () => ({ ...(await assertedBy(rsa)), client_assertion: 'a.b.c' }),
    ],
    [
      'no client_assertion_type',
      async () => ({ client_assertion: (await assertedBy(rsa)).client_assertion }),
    ],
    [
      'another client_assertion_type',
      async () => ({ ...(await assertedBy(rsa)), client_assertion_type: 'jwt' }),
    ],
    ['an assertion and a secret', async () => ({ ...(await assertedBy(rsa)), client_secret: 'guess' })],
    ['the client_id of another', async () => ({ ...(await assertedBy(rsa)), client_id: other.id })],
  ]
  for (const [title, form] of malformed)
    test(`refuses as malformed: ${title}`, async () => {
      const { status, body } = await probe(await form())
      assert.equal(body.error, 'invalid_request', JSON.stringify(body))
      assert.equal(status, 400)
      assert.ok(String(body.error_description).length > 20)
    })

  test('refuses an assertion and HTTP Basic together', async () => {
    const authorization = `Basic ${Buffer.from(`${client.id}:guess`).toString('base64')}`
    assert.equal((await probe(await assertedBy(rsa), { authorization })).body.error, 'invalid_request')
  })

  test('an assertion works once', async () => {
    const form = await assertedBy(rsa)
    assert.ok(isProven(await probe(form)))
    const { body } = await probe(form)
    assert.equal(body.error, 'invalid_client')
    assert.match(String(body.error_description), /used before/)
  })

  test('of twelve uses of one assertion at the same moment one counts', async () => {
    const form = await assertedBy(rsa)
    const answers = await Promise.all(Array.from({ length: 12 }, () => probe(form)))
    assert.equal(answers.filter(isProven).length, 1)
  })

  test('two applications may choose the same jti', async () => {
    const claims = { jti: newJti() }
    assert.ok(isProven(await probe(await assertedBy(rsa, { claims }))))
    const client_assertion = await signAssertion(app, other.id, stranger, { claims })
    assert.ok(isProven(await probe({ client_assertion_type: assertionType, client_assertion })))
  })

  test('a refused assertion uses nothing up', async () => {
    const claims = { jti: newJti() }
    await probe(await assertedBy(stranger, { claims }))
    assert.ok(isProven(await probe(await assertedBy(rsa, { claims }))))
  })

  const elsewhere = testServerUrl === undefined ? false : 'test/store/postgres.test.ts has it for PostgreSQL'
  test('what one process has seen is used up in another', { skip: elsewhere }, async () => {
    const second = await openSqliteStore(join(app.folder, 'onpatient.db'))
    const inSecond = createUsedOnce({ db: second.db, clock: app.clock })
    const key = newJti()
    assert.equal(await app.modules.usedOnce.use(key, 60), true)
    assert.equal(await inSecond.use(key, 60), false)
    await second.close()
  })

  test('another application cannot redeem its code by its own key', async () => {
    const client_assertion = await signAssertion(app, other.id, stranger)
    const form = { ...(await codeForm()), client_assertion_type: assertionType, client_assertion }
    const { body } = await postToken(app, form)
    assert.equal(body.error, 'invalid_grant')
  })

  test('new keys count at once, and old ones no longer', async () => {
    const next = await aKey('ES384', 'next')
    const { id } = await aKeyApplication(app, clinic, stranger)
    const asks = async (key: ClientKey) => {
      const client_assertion = await signAssertion(app, id, key)
      return probe({ client_assertion_type: assertionType, client_assertion })
    }
    assert.ok(isProven(await asks(stranger)))
    await app.modules.applications.update(clinic.provider.id, id, {
      name: 'Renewed',
      kind: 'confidential',
      redirectUris: [redirectUri],
      scopes: [],
      jwks: { keys: [next.public] },
    })
    assert.ok(isProven(await asks(next)))
    assert.equal((await asks(stranger)).body.error, 'invalid_client')
  })

  test('an application that goes over to a key loses its secrets for ever', async () => {
    const mine = await anApplication(app, clinic)
    const form = { name: 'Mine', kind: 'confidential' as const, redirectUris: [redirectUri], scopes: [] }
    const { update, rotateSecret } = app.modules.applications
    const bySecret = (client_secret: string) => probe({ client_id: mine.id, client_secret })
    assert.ok(isProven(await bySecret(mine.secret)))
    await update(clinic.provider.id, mine.id, {
      ...form,
      authentication: 'key',
      jwks: { keys: [rsa.public] },
    })
    assert.equal((await bySecret(mine.secret)).body.error, 'invalid_client')
    await update(clinic.provider.id, mine.id, { ...form, authentication: 'secret' })
    assert.equal((await bySecret(mine.secret)).body.error, 'invalid_client')
    assert.ok(isProven(await bySecret(await rotateSecret(clinic.provider.id, mine.id, 0))))
  })

  test('has no secret, and cannot get one', async () => {
    assert.deepEqual(await app.modules.applications.listSecrets(client.id), [])
    await assert.rejects(app.modules.applications.rotateSecret(clinic.provider.id, client.id, 0), {
      code: 'not-allowed',
    })
  })

  test('an application with a secret cannot use an assertion', async () => {
    const { id } = await anApplication(app, clinic)
    const client_assertion = await signAssertion(app, id, rsa)
    const { body } = await probe({ client_assertion_type: assertionType, client_assertion })
    assert.equal(body.error, 'invalid_client')
  })

  const keySets: Array<[string, () => Promise<unknown>, RegExp]> = [
    ['no key set at all', async () => undefined, /public keys/],
    ['a text', async () => 'keys', /JSON object/],
    ['an empty list', async () => ({ keys: [] }), /1 to 20/],
    ['21 keys', async () => ({ keys: Array(21).fill(rsa.public) }), /1 to 20/],
    ['a private key', async () => ({ keys: [await privateJwkOf()] }), /private/],
    ['a symmetric key', async () => ({ keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'a' }] }), /symmetric/],
    ['a key without kid', async () => ({ keys: [{ ...rsa.public, kid: undefined }] }), /kid/],
    ['two keys of one kid', async () => ({ keys: [rsa.public, rsa.public] }), /of its own/],
    ['a key for encryption', async () => ({ keys: [{ ...rsa.public, use: 'enc' }] }), /use/],
    ['a key for RS256', async () => ({ keys: [{ ...rsa.public, alg: 'RS256' }] }), /RS384/],
    ['a key on P-256', async () => ({ keys: [(await aKey('ES256')).public] }), /ES384|P-384/],
    ['a short RSA key', async () => ({ keys: [await shortKey()] }), /2048/],
    [
      'a symmetric key that shows nothing of itself',
      async () => ({ keys: [{ kty: 'oct', kid: 'a' }] }),
      /symmetric/,
    ],
    ['an RSA key of 2047 bits', async () => ({ keys: [{ ...(await shortKey(2047)), kid: 'a' }] }), /2048/],
    ['an RSA key with the exponent 1', async () => ({ keys: [{ ...rsa.public, e: 'AQ' }] }), /exponent.*odd/],
    [
      'an RSA key with an even exponent',
      async () => ({ keys: [{ ...rsa.public, e: 'AQAA' }] }),
      /exponent.*odd/,
    ],
    [
      'an RSA key with the exponent 0',
      async () => ({ keys: [{ ...rsa.public, e: 'AA' }] }),
      /exponent|well-formed/,
    ],
    ['a key for no signature', async () => ({ keys: [{ ...rsa.public, alg: 'none' }] }), /none/],
    ['a key for a shared secret', async () => ({ keys: [{ ...rsa.public, alg: 'HS256' }] }), /HS256/],
    ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map((part): [string, () => Promise<unknown>, RegExp] => [
      `a key with the private part ${part}`,
      async () => ({ keys: [{ ...rsa.public, [part]: 'AQ' }] }),
      /private or symmetric/,
    ]),
    ['a broken key', async () => ({ keys: [{ ...ec.public, x: 'AAAA' }] }), /well-formed/],
  ]
  for (const [title, jwks, words] of keySets)
    test(`a key set is refused at registration: ${title}`, async () => {
      const form = { authentication: 'key' as const, jwks: await jwks() }
      await assert.rejects(
        anApplication(app, clinic, form),
        (error: Error & { code?: string; field?: string }) => {
          assert.equal(error.code, 'invalid-parameter')
          assert.equal(error.field, 'jwks')
          assert.match(error.message, words)
          return true
        },
      )
    })

  test('a key that was stored before it was found weak counts no longer, and the answer says why', async () => {
    const { id } = await aKeyApplication(app, clinic, rsa)
    const jwks = JSON.stringify({ keys: [{ ...rsa.public, e: 'AQ' }] })
    await app.store.db.updateTable('application').set({ jwks }).where('id', '=', id).execute()
    const client_assertion = await signAssertion(app, id, rsa)
    const { body } = await probe({ client_assertion_type: assertionType, client_assertion })
    assert.equal(body.error, 'invalid_client')
    assert.match(String(body.error_description), /exponent/)
  })

  test('a public application cannot have a key', async () => {
    const form = { kind: 'public' as const, authentication: 'key' as const, jwks: { keys: [rsa.public] } }
    await assert.rejects(anApplication(app, clinic, form), {
      code: 'invalid-parameter',
      field: 'authentication',
    })
  })

  test('what is said of the server is true', async () => {
    const smart = await (await fetch(`${app.fhirUrl}/fhir/r4/.well-known/smart-configuration`)).json()
    assert.ok(smart.token_endpoint_auth_methods_supported.includes('private_key_jwt'))
    assert.ok(smart.capabilities.includes('client-confidential-asymmetric'))
    const metadata = await (await fetch(`${app.portalUrl}/.well-known/oauth-authorization-server`)).json()
    assert.ok(metadata.token_endpoint_auth_methods_supported.includes('private_key_jwt'))
    assert.deepEqual(
      metadata.token_endpoint_auth_signing_alg_values_supported,
      smart.token_endpoint_auth_signing_alg_values_supported,
    )
  })

  const partsOf = async () => (await assertedBy(rsa)).client_assertion.split('.')
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const sent = (...parts: string[]) => ({
    client_assertion_type: assertionType,
    client_assertion: parts.join('.'),
  })
  async function unsigned() {
    const [, claims = ''] = await partsOf()
    return sent(encode({ alg: 'none', kid: rsa.kid }), claims, '')
  }
  /** The classic confusion of algorithms: what is public would be the secret. */
  async function signedByHmac() {
    const [, claims = ''] = await partsOf()
    const header = encode({ alg: 'HS384', kid: rsa.kid })
    const mac = createHmac('sha384', JSON.stringify(rsa.public)).update(`${header}.${claims}`)
    return sent(header, claims, mac.digest('base64url'))
  }
  async function signedWeakly(alg: 'RS256' | 'ES256') {
    return assertedBy({ ...(await aKey(alg)), kid: rsa.kid })
  }
  async function tampered() {
    const [header = '', claims = '', signature = ''] = await partsOf()
    const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), exp: nowSeconds() + 280 }
    return sent(header, encode(changed), signature)
  }
  async function privateJwkOf() {
    return { ...(await exportJWK(rsa.private)), kid: 'a' }
  }
  async function shortKey(modulusLength = 1024) {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength })
    return { ...publicKey.export({ format: 'jwk' }), kid: 'short' }
  }
})
