import assert from 'node:assert/strict'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { exportJWK } from 'jose'
import { authorize, postToken, type TokenAnswer } from '../../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../../support/people.ts'
import { startApp, type TestApp } from '../../support/start-app.ts'
import {
  aKey,
  anApprovedService,
  assertionType,
  type ClientKey,
  newJti,
  nowSeconds,
  signAssertion,
  signProof,
  thumbprintOf,
} from './client-keys.ts'

const person = 'ana@example.com'

describe('tokens that are bound to a key (DPoP)', () => {
  let app: TestApp
  let clinic: Clinic
  let key: ClientKey
  let thief: ClientKey
  let client: { id: string; secret: string }
  let bound: { id: string; secret: string }
  let token: string
  let url: string
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'South Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, person, ['ana'])
    key = await aKey('ES256')
    thief = await aKey('ES256')
    client = await anApplication(app, clinic)
    bound = await anApplication(app, clinic, { requiresDpop: true })
    token = (await exchange(client)).body.access_token
    url = `${app.fhirUrl}/fhir/r4/Patient/ana`
  })
  after(() => app[Symbol.asyncDispose]())

  const tokenUrl = () => `${app.portalUrl}/o/token/`
  const proofOf = (claims: Record<string, unknown> = {}, by = key, header: Record<string, unknown> = {}) =>
    signProof(by, { htm: 'POST', htu: tokenUrl(), ...claims }, header)
  async function exchange(
    who: { id: string; secret: string },
    headers?: Record<string, string>,
  ): Promise<TokenAnswer> {
    const code = (await authorize(app, who.id, person)).get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
    const secret = { client_id: who.id, client_secret: who.secret }
    return postToken(app, { ...form, ...secret }, headers ?? { dpop: await proofOf() })
  }
  const ath = (of = token) => createHash('sha256').update(of).digest('base64url')
  const apiProof = (claims: Record<string, unknown> = {}, by = key, header: Record<string, unknown> = {}) =>
    signProof(by, { htm: 'GET', htu: url, ath: ath(), ...claims }, header)
  const read = async (headers: Record<string, string>, at = url) => {
    const response = await fetch(at, { headers })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  const present = (proof: string) => ({ authorization: `DPoP ${token}`, dpop: proof })

  test('the token says that it is bound, and works with a proof on every API', async () => {
    const { status, body } = await exchange(client)
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.token_type, 'DPoP')
    for (const at of [url, `${app.classicUrl}/Patient/ana`]) {
      const proof = await apiProof({ htu: at, ath: ath(body.access_token) })
      assert.equal((await read({ authorization: `DPoP ${body.access_token}`, dpop: proof }, at)).status, 200)
    }
  })

  test('the address of a proof has no query, whatever the request has', async () => {
    const search = `${app.fhirUrl}/fhir/r4/Immunization?patient=ana&_count=1`
    const proof = await apiProof({ htu: `${app.fhirUrl}/fhir/r4/Immunization` })
    assert.equal((await read(present(proof), search)).status, 200)
  })

  test('one proof is of a whole Bundle: of each entry of a batch, and of the reads of a transaction', async () => {
    const base = `${app.fhirUrl}/fhir/r4`
    const send = async (type: string, headers: Record<string, string>) => {
      const response = await fetch(base, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/fhir+json' },
        body: JSON.stringify({
          resourceType: 'Bundle',
          type,
          // In a transaction a read that fails would fail the whole.
          entry: ['Patient/ana', 'Patient?_id=ana', ...(type === 'batch' ? ['Patient/nobody'] : [])].map(
            (path) => ({
              request: { method: 'GET', url: path },
            }),
          ),
        }),
      })
      const { entry = [] } = (await response.json()) as { entry?: Array<{ response: { status: string } }> }
      return [response.status, ...entry.map(({ response: { status } }) => status)]
    }
    for (const type of ['batch', 'transaction']) {
      const headers = present(await apiProof({ htm: 'POST', htu: base }))
      const statuses = type === 'batch' ? [200, '200', '200', '404'] : [200, '200', '200']
      assert.deepEqual(await send(type, headers), statuses, type)
      assert.deepEqual(await send(type, headers), [401], 'the proof is used up')
    }
    const forged = { 'x-onpatient-entry': 'a'.repeat(22) }
    assert.equal((await read({ ...forged })).status, 401)
    assert.equal((await read({ ...forged, authorization: `DPoP ${token}` })).status, 401)
  })

  test('a weak or private key in a proof is refused with the reason, at the token endpoint and by the APIs', async () => {
    const n = randomBytes(256)
    n[0] = 0xff
    const { kid: _kid, ...own } = key.public
    for (const [jwk, alg, words] of [
      [{ kty: 'RSA', e: 'AQ', n: n.toString('base64url') }, 'RS256', /exponent/],
      [{ kty: 'RSA', e: 'Ag', n: n.toString('base64url') }, 'RS256', /exponent/],
      [{ kty: 'RSA', e: 'AQAB', n: n.subarray(128).toString('base64url') }, 'RS256', /2048/],
      [{ ...own, d: 'AAAA' }, 'ES256', /private or symmetric/],
      [{ kty: 'oct', k: 'AAAA' }, 'HS256', /private or symmetric/],
    ] as const) {
      const proof = (claims: object) => {
        const header = { alg, typ: 'dpop+jwt', jwk }
        const parts = [header, { jti: newJti(), iat: nowSeconds(), ...claims }]
        return [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')), 'AAAA'].join(
          '.',
        )
      }
      const asked = await exchange(client, { dpop: proof({ htm: 'POST', htu: tokenUrl() }) })
      assert.deepEqual([asked.status, asked.body.error], [400, 'invalid_dpop_proof'])
      assert.match(String(asked.body.error_description), words)
      for (const at of [url, `${app.classicUrl}/Patient/ana`]) {
        const refused = await read(present(proof({ htm: 'GET', htu: at, ath: ath() })), at)
        assert.equal(refused.status, 401)
        assert.match(refused.text, words)
      }
    }
  })

  test('the scheme compares without case', async () => {
    assert.equal((await read({ authorization: `dpop ${token}`, dpop: await apiProof() })).status, 200)
  })

  test('without a proof at the token endpoint the token is an ordinary one', async () => {
    const { body } = await exchange(client, {})
    assert.equal(body.token_type, 'Bearer')
    assert.equal((await read({ authorization: `Bearer ${body.access_token}` })).status, 200)
    const proof = await apiProof({ ath: ath(body.access_token) })
    assert.equal((await read({ authorization: `DPoP ${body.access_token}`, dpop: proof })).status, 401)
  })

  test('introspection names the key', async () => {
    const response = await fetch(`${app.portalUrl}/o/introspect/`, {
      method: 'POST',
      body: new URLSearchParams({ token, client_id: client.id, client_secret: client.secret }),
    })
    const body = (await response.json()) as { cnf: { jkt: string }; token_type: string }
    assert.equal(body.cnf.jkt, await thumbprintOf(key))
    assert.equal(body.token_type, 'DPoP')
  })

  test('an application that must bind its tokens gets none without a proof', async () => {
    const { status, body } = await exchange(bound, {})
    assert.equal(status, 400)
    assert.match(String(body.error_description), /DPoP/)
    assert.equal((await exchange(bound)).body.token_type, 'DPoP')
  })

  test('the refresh token of a public application is bound, too', async () => {
    const open = await anApplication(app, clinic, { kind: 'public' })
    const code_verifier = randomBytes(32).toString('base64url')
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const challenge = { code_challenge, code_challenge_method: 'S256' }
    const code = (await authorize(app, open.id, person, challenge)).get('code') ?? ''
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      client_id: open.id,
      code_verifier,
    }
    const first = await postToken(app, form, { dpop: await proofOf() })
    assert.equal(first.status, 200, JSON.stringify(first.body))
    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: first.body.refresh_token,
      client_id: open.id,
    }
    const stolen = await postToken(app, refresh, { dpop: await proofOf({}, thief) })
    assert.equal(stolen.body.error, 'invalid_grant', JSON.stringify(stolen.body))
    const next = await postToken(app, refresh, { dpop: await proofOf() })
    assert.equal(next.body.token_type, 'DPoP', JSON.stringify(next.body))
  })

  test('a code that was asked for with dpop_jkt is worth nothing by another key', async () => {
    const code =
      (await authorize(app, client.id, person, { dpop_jkt: await thumbprintOf(key) })).get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
    const secret = { client_id: client.id, client_secret: client.secret }
    const { body } = await postToken(app, { ...form, ...secret }, { dpop: await proofOf({}, thief) })
    assert.equal(body.error, 'invalid_grant')
  })

  test('a backend service may bind its token', async () => {
    const own = await aKey('ES384')
    const service = await anApprovedService(app, clinic, own)
    const { body } = await postToken(
      app,
      {
        grant_type: 'client_credentials',
        scope: 'system/*.rs',
        client_assertion_type: assertionType,
        client_assertion: await signAssertion(app, service.id, own),
      },
      { dpop: await proofOf() },
    )
    assert.equal(body.token_type, 'DPoP', JSON.stringify(body))
    assert.equal((await read({ authorization: `Bearer ${body.access_token}` })).status, 401)
    const proof = await apiProof({ ath: ath(body.access_token) })
    assert.equal((await read({ authorization: `DPoP ${body.access_token}`, dpop: proof })).status, 200)
  })

  test('one proof serves one request, also of twelve at the same moment', async () => {
    const proof = await apiProof()
    const answers = await Promise.all(Array.from({ length: 12 }, () => read(present(proof))))
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    const again = await read(present(proof))
    assert.match(again.text, /used before/)
  })

  test('a write is proven for its method', async () => {
    const patient = JSON.stringify({ resourceType: 'Patient' })
    const at = `${app.fhirUrl}/fhir/r4/Patient`
    const post = async (htm: string) =>
      fetch(at, {
        method: 'POST',
        body: patient,
        headers: { ...present(await apiProof({ htm, htu: at })), 'content-type': 'application/fhir+json' },
      })
    assert.equal((await post('GET')).status, 401)
    // Proven, and then refused because patients do not write.
    assert.equal((await post('POST')).status, 403)
  })

  /** Refused by the API with 401 and a challenge that says why. */
  const refused: Array<[string, () => Promise<Record<string, string>>, RegExp]> = [
    [
      'the token alone, as a thief has it',
      async () => ({ authorization: `Bearer ${token}` }),
      /bound to a key/,
    ],
    ['the scheme DPoP without a proof', async () => ({ authorization: `DPoP ${token}` }), /bound to a key/],
    [
      'a proof beside the scheme Bearer',
      async () => ({ authorization: `Bearer ${token}`, dpop: await apiProof() }),
      /bound to a key/,
    ],
    ['a proof by another key', async () => present(await apiProof({}, thief)), /another key/],
    ['a proof that is no JWT', async () => present('junk'), /cannot be verified/],
    ['two proofs', async () => present(`${await apiProof()}, ${await apiProof()}`), /exactly one/],
    ['a proof of 9 kB', async () => present('x'.repeat(9000)), /8 kB/],
    ['a proof for another method', async () => present(await apiProof({ htm: 'POST' })), /htm/],
    ['a method in small letters', async () => present(await apiProof({ htm: 'get' })), /htm/],
    [
      'a proof for another record',
      async () => present(await apiProof({ htu: `${app.fhirUrl}/fhir/r4/Patient/ben` })),
      /htu/,
    ],
    [
      'a proof for another host',
      async () => present(await apiProof({ htu: 'https://evil.example/fhir/r4/Patient/ana' })),
      /htu/,
    ],
    ['a proof for the token endpoint', async () => present(await apiProof({ htu: tokenUrl() })), /htu/],
    ['a path as the address', async () => present(await apiProof({ htu: '/fhir/r4/Patient/ana' })), /htu/],
    ['no hash of the token', async () => present(await apiProof({ ath: undefined })), /ath/],
    ['the hash of another token', async () => present(await apiProof({ ath: ath('another') })), /ath/],
    [
      'the hash in hexadecimal',
      async () => present(await apiProof({ ath: createHash('sha256').update(token).digest('hex') })),
      /ath/,
    ],
    ['no jti', async () => present(await apiProof({ jti: undefined })), /jti/],
    ['an empty jti', async () => present(await apiProof({ jti: '' })), /jti/],
    ['a jti of 201 characters', async () => present(await apiProof({ jti: 'x'.repeat(201) })), /jti/],
    ['no iat', async () => present(await apiProof({ iat: undefined })), /iat/],
    ['an iat of ten minutes ago', async () => present(await apiProof({ iat: nowSeconds() - 600 })), /iat/],
    ['an iat in ten minutes', async () => present(await apiProof({ iat: nowSeconds() + 600 })), /iat/],
    ['typ JWT', async () => present(await apiProof({}, key, { typ: 'JWT' })), /cannot be verified/],
    [
      'no key in the header',
      async () => present(await apiProof({}, key, { jwk: undefined })),
      /cannot be verified/,
    ],
    [
      'the key of another in the header',
      async () => present(await apiProof({}, thief, { jwk: key.public })),
      /cannot be verified/,
    ],
    ['a private key in the header', async () => present(await withPrivateKey()), /private or symmetric/],
    ['alg none', async () => present(unsigned()), /cannot be verified/],
    ['a symmetric key', async () => present(symmetric()), /private or symmetric/],
    [
      'a client assertion as the proof',
      async () => present(await signAssertion(app, client.id, await aKey('ES384'))),
      /cannot be verified/,
    ],
  ]
  for (const [title, headers, words] of refused)
    test(`the API refuses: ${title}`, async () => {
      const answer = await read(await headers())
      assert.equal(answer.status, 401, answer.text)
      assert.match(answer.text, words)
      assert.match(String(answer.headers.get('www-authenticate')), /^DPoP .*algs="ES256 /)
    })

  /** Refused by the token endpoint before the code is used up. */
  const refusedForTokens: Array<[string, () => Promise<string>, RegExp]> = [
    ['a proof that is no JWT', async () => 'junk', /cannot be verified/],
    ['another method', () => proofOf({ htm: 'GET' }), /htm/],
    ['another address', () => proofOf({ htu: `${app.portalUrl}/o/revoke/` }), /htu/],
    ['no jti', () => proofOf({ jti: undefined }), /jti/],
    ['an old iat', () => proofOf({ iat: nowSeconds() - 900 }), /iat/],
    ['typ JWT', () => proofOf({}, key, { typ: 'JWT' }), /cannot be verified/],
    ['the key of another in the header', () => proofOf({}, thief, { jwk: key.public }), /cannot be verified/],
  ]
  for (const [title, proof, words] of refusedForTokens)
    test(`the token endpoint refuses: ${title}`, async () => {
      const { status, body } = await exchange(client, { dpop: await proof() })
      assert.equal(status, 400, JSON.stringify(body))
      assert.equal(body.error, 'invalid_dpop_proof')
      assert.match(String(body.error_description), words)
    })

  test('a proof at the token endpoint works once', async () => {
    const dpop = await proofOf({ jti: newJti() })
    assert.equal((await exchange(client, { dpop })).status, 200)
    const { body } = await exchange(client, { dpop })
    assert.match(String(body.error_description), /used before/)
  })

  test('a browser may send the header from any origin', async () => {
    for (const at of [url, tokenUrl()]) {
      const response = await fetch(at, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://spa.example.com',
          'access-control-request-method': at === url ? 'GET' : 'POST',
          'access-control-request-headers': 'authorization,dpop',
        },
      })
      assert.match(String(response.headers.get('access-control-allow-headers')), /dpop/i)
    }
  })

  test('the discovery documents name the same algorithms', async () => {
    const documents = [
      `${app.portalUrl}/.well-known/oauth-authorization-server`,
      `${app.fhirUrl}/fhir/r4/.well-known/smart-configuration`,
    ]
    const [server, smart] = await Promise.all(
      documents.map(async (at) => {
        const document = (await (await fetch(at)).json()) as { dpop_signing_alg_values_supported: string[] }
        return new Set(document.dpop_signing_alg_values_supported)
      }),
    )
    assert.ok(server?.has('ES256'))
    assert.deepEqual(server, smart)
  })

  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = () => ({ htm: 'GET', htu: url, ath: ath(), jti: newJti(), iat: nowSeconds() })
  async function withPrivateKey(): Promise<string> {
    return apiProof({}, key, { jwk: await exportJWK(key.private) })
  }
  function unsigned(): string {
    return `${encode({ alg: 'none', typ: 'dpop+jwt', jwk: key.public })}.${encode(claims())}.`
  }
  function symmetric(): string {
    const secret = randomBytes(32)
    const jwk = { kty: 'oct', k: secret.toString('base64url') }
    const signed = `${encode({ alg: 'HS256', typ: 'dpop+jwt', jwk })}.${encode(claims())}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }
})
