import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { getTokens } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { aKey } from './clients/client-keys.ts'

type Form = Record<string, string>
interface Refused {
  name: string
  path: 'token' | 'revoke' | 'introspect' | 'par'
  form: () => Form | string
  headers?: () => Record<string, string>
  status: number
  error: string
  /** How the challenge begins. None: there must be none. */
  challenge?: RegExp
}

const java = 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2'
const accepts = ['application/json', 'text/html,application/xhtml+xml,*/*;q=0.8', java, undefined]
const formType = 'application/x-www-form-urlencoded'
const otherTypes = [
  'application/json',
  'text/plain',
  'multipart/form-data; boundary=x',
  'nonsense',
  ';',
  undefined,
]

/** RFC 6749 §5.2: what a description may hold. */
const allowed = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/
const basicChallenge = /^Basic realm="/

describe('errors of the end points for applications', () => {
  let app: TestApp
  let client: { id: string; secret: string }
  let open: { id: string; secret: string }
  let keyed: { id: string; secret: string }
  let token = ''
  before(async () => {
    app = await startApp()
    const clinic = await aClinic(app, 'South Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, 'ana@example.com', ['ana'])
    client = await anApplication(app, clinic)
    open = await anApplication(app, clinic, { kind: 'public' })
    keyed = await anApplication(app, clinic, {
      authentication: 'key',
      jwks: { keys: [(await aKey('ES384')).public] },
    })
    token = (await getTokens(app, client, 'ana@example.com')).access_token
  })
  after(() => app[Symbol.asyncDispose]())

  interface Sent {
    status: number
    headers: Record<string, string | string[] | undefined>
    text: string
  }
  /** As it is written: fetch would add headers of its own. */
  function send(path: string, body: string, headers: Record<string, string | undefined>): Promise<Sent> {
    return new Promise((resolve, reject) => {
      const all = { 'content-length': String(Buffer.byteLength(body)), ...headers }
      const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
      const asked = request(
        `${app.portalUrl}/o/${path}/`,
        { method: 'POST', headers: given as Form },
        (answer) => {
          let text = ''
          answer.setEncoding('utf8').on('data', (part) => {
            text += part
          })
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
        },
      )
      asked.on('error', reject).end(body)
    })
  }

  const proof = () => ({ client_id: client.id, client_secret: client.secret })
  const basic = (id: string, secret: string) => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  })
  const code = { grant_type: 'authorization_code', code: 'no such code', redirect_uri: redirectUri }
  const pushed = () => ({ response_type: 'code', redirect_uri: redirectUri, scope: 'patient/*.read' })

  const everywhere: Array<[Refused['path'], () => Form]> = [
    ['token', () => code],
    ['revoke', () => ({ token })],
    ['introspect', () => ({ token })],
    ['par', pushed],
  ]
  const withoutProof = everywhere.flatMap(([path, form]): Refused[] => [
    {
      name: 'no client authentication',
      path,
      form,
      status: 401,
      error: 'invalid_client',
      challenge: basicChallenge,
    },
    {
      name: 'an empty body',
      path,
      form: () => ({}),
      status: 401,
      error: 'invalid_client',
      challenge: basicChallenge,
    },
    {
      name: 'the id of a confidential application alone',
      ...{ path, form: () => ({ ...form(), client_id: client.id }), status: 401 },
      ...{ error: 'invalid_client', challenge: basicChallenge },
    },
    {
      name: 'the id of an application with a key alone',
      ...{ path, form: () => ({ ...form(), client_id: keyed.id }), status: 401, error: 'invalid_client' },
    },
    {
      name: 'a secret of a public application',
      ...{ path, form: () => ({ ...form(), client_id: open.id, client_secret: 'x' }), status: 401 },
      ...{ error: 'invalid_client' },
    },
    {
      name: 'a wrong secret in the body',
      ...{ path, form: () => ({ ...form(), ...proof(), client_secret: 'wrong' }), status: 401 },
      ...{ error: 'invalid_client', challenge: basicChallenge },
    },
    {
      name: 'a wrong secret in the header',
      ...{ path, form, headers: () => basic(client.id, 'wrong'), status: 401 },
      ...{ error: 'invalid_client', challenge: basicChallenge },
    },
    {
      name: 'an unknown application',
      ...{ path, form: () => ({ ...form(), client_id: 'app_none', client_secret: 'x' }), status: 401 },
      ...{ error: 'invalid_client', challenge: basicChallenge },
    },
    {
      name: 'a header that is not Basic',
      ...{ path, form, headers: () => ({ authorization: 'Digest username="x"' }), status: 401 },
      ...{ error: 'invalid_client', challenge: basicChallenge },
    },
    {
      name: 'a header that is not Base64',
      ...{ path, form, headers: () => ({ authorization: 'Basic %%%' }), status: 401 },
      ...{ error: 'invalid_client', challenge: basicChallenge },
    },
    {
      name: 'a header without a secret',
      ...{ path, form, headers: () => basic(client.id, ''), status: 401 },
      ...{ error: 'invalid_client', challenge: basicChallenge },
    },
    {
      name: 'the secret in two ways',
      ...{ path, form: () => ({ ...form(), ...proof() }), headers: () => basic(client.id, client.secret) },
      ...{ status: 400, error: 'invalid_request' },
    },
    {
      name: 'a client_id twice',
      ...{ path, form: () => `client_id=${client.id}&client_id=x&client_secret=y`, status: 400 },
      error: 'invalid_request',
    },
    {
      name: 'an assertion that is none',
      path,
      form: () => ({
        ...form(),
        client_assertion: 'none "at all"',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      }),
      status: 400,
      error: 'invalid_request',
    },
  ])
  const ofToken = (name: string, form: Form, error: string, whose: () => Form = proof): Refused => ({
    name,
    path: 'token',
    form: () => ({ ...whose(), ...form }),
    status: 400,
    error,
  })
  const cases: Refused[] = [
    ...withoutProof,
    ofToken('no grant_type', {}, 'invalid_request'),
    ofToken('an unknown grant_type', { grant_type: 'password"\\\u00e9' }, 'unsupported_grant_type'),
    ofToken('no code', { grant_type: 'authorization_code', redirect_uri: redirectUri }, 'invalid_request'),
    ofToken('an unknown code', code, 'invalid_grant'),
    ofToken('no refresh token', { grant_type: 'refresh_token' }, 'invalid_request'),
    ofToken('an unknown refresh token', { grant_type: 'refresh_token', refresh_token: 'x' }, 'invalid_grant'),
    ofToken('a grant_type that is not its own', { grant_type: 'client_credentials' }, 'unauthorized_client'),
    { name: 'no token', path: 'revoke', form: proof, status: 400, error: 'invalid_request' },
    { name: 'no token', path: 'introspect', form: proof, status: 400, error: 'invalid_request' },
    {
      name: 'an access token that is none, and a secret beside it',
      ...{ path: 'introspect', form: () => ({ token, ...proof() }), status: 400, error: 'invalid_request' },
      headers: () => ({ authorization: 'Bearer none' }),
      challenge: /^Bearer realm="/,
    },
    {
      name: 'an unknown access token',
      ...{ path: 'introspect', form: () => ({ token }), status: 401, error: 'invalid_token' },
      headers: () => ({ authorization: 'Bearer none' }),
      challenge: /^Bearer realm="/,
    },
    {
      name: 'an unknown redirect URI',
      path: 'par',
      form: () => ({ ...pushed(), ...proof(), redirect_uri: 'https://evil.example/"' }),
      ...{ status: 400, error: 'invalid_request' },
    },
    {
      name: 'an unknown scope',
      ...{ path: 'par', form: () => ({ ...pushed(), ...proof(), scope: 'no\u00e9 "scope"' }), status: 400 },
      error: 'invalid_scope',
    },
    {
      name: 'an audience that is not here',
      ...{ path: 'par', form: () => ({ ...pushed(), ...proof(), aud: 'https://else.example' }), status: 400 },
      error: 'invalid_request',
    },
  ]

  function check({ status, headers, text }: Sent, expected: Pick<Refused, 'status' | 'error' | 'challenge'>) {
    assert.deepEqual([status, (JSON.parse(text) as Form).error], [expected.status, expected.error], text)
    assert.match(String(headers['content-type']), /^application\/json/)
    assert.match(String(headers['cache-control']), /no-store/)
    assert.equal(headers['access-control-allow-origin'], '*')
    const { error_description = '' } = JSON.parse(text) as Form
    assert.match(error_description, allowed)
    const challenge = headers['www-authenticate']
    if (expected.challenge) assert.match(String(challenge), expected.challenge)
    else assert.equal(challenge, undefined)
  }

  for (const refused of cases)
    test(`/o/${refused.path}/, ${refused.name}: ${refused.status} ${refused.error}`, async () => {
      const given = refused.form()
      const body = typeof given === 'string' ? given : String(new URLSearchParams(given))
      for (const accept of accepts) {
        const headers = { ...refused.headers?.(), accept, 'content-type': formType }
        check(await send(refused.path, body, headers), refused)
      }
    })

  for (const [path, form] of everywhere)
    test(`/o/${path}/, a body of another type: 400 invalid_request`, async () => {
      const body = String(new URLSearchParams({ ...form(), ...proof() }))
      for (const accept of accepts)
        for (const type of otherTypes) {
          const answer = await send(path, body, { accept, 'content-type': type })
          check(answer, { status: 400, error: 'invalid_request' })
          assert.match(answer.text, /x-www-form-urlencoded/)
        }
    })

  // Whether it says its length beforehand, or comes in chunks.
  const ways = [{}, { 'content-length': undefined, 'transfer-encoding': 'chunked' }]
  for (const [path, form] of everywhere)
    test(`/o/${path}/, a form over the limit: 413 invalid_request, and nothing of it is done`, async () => {
      const body = `${new URLSearchParams({ ...form(), ...proof() })}&state=${'x'.repeat(100_000)}`
      for (const way of ways)
        for (const headers of [{}, { authorization: `Bearer ${token}` }]) {
          const answer = await send(path, body, { ...headers, ...way, 'content-type': formType })
          check(answer, { status: 413, error: 'invalid_request' })
          assert.match(answer.text, /bytes|kB/)
        }
      assert.ok(await app.modules.grants.open(token))
    })

  test('a form just within the limit is read as a whole', async () => {
    const body = `unknown=${'x'.repeat(63_000)}&${new URLSearchParams({ ...code, ...proof() })}`
    for (const way of ways) {
      const answer = await send('token', body, { ...way, 'content-type': formType })
      check(answer, { status: 400, error: 'invalid_grant' })
    }
  })

  for (const path of ['authorize', 'logout'])
    test(`/o/${path}/, a form over the limit: a page with 413`, async () => {
      const body = `${new URLSearchParams({ ...pushed(), client_id: client.id })}&state=${'x'.repeat(100_000)}`
      for (const way of ways) {
        const answer = await send(path, body, { ...way, 'content-type': formType })
        assert.equal(answer.status, 413, answer.text)
        assert.match(String(answer.headers['content-type']), /^text\/html/)
        assert.match(answer.text, /64 kB/)
        assert.equal(answer.headers.location, undefined)
      }
    })

  test('an access token that comes along takes nothing away from a secret in the body', async () => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': formType }
    const asked = await send('token', String(new URLSearchParams({ ...code, ...proof() })), headers)
    assert.equal((JSON.parse(asked.text) as Form).error, 'invalid_grant')
    const other = await getTokens(app, client, 'ana@example.com')
    const revoked = await send(
      'revoke',
      String(new URLSearchParams({ token: other.access_token, ...proof() })),
      headers,
    )
    assert.equal(revoked.status, 200)
    await assert.rejects(app.modules.grants.open(other.access_token), { code: 'token-unknown' })
  })

  test('without a token userinfo and the API challenge without an error (RFC 6750 §3.1)', async () => {
    for (const url of [
      `${app.portalUrl}/o/userinfo`,
      `${app.fhirUrl}/fhir/r4/Patient`,
      `${app.classicUrl}/Patient`,
    ]) {
      const answer = await fetch(url)
      assert.equal(answer.status, 401)
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer realm="onpatient"', url)
    }
    const odd = await fetch(`${app.fhirUrl}/fhir/r4/Patient`, { headers: { authorization: 'Basic eDp5' } })
    assert.match(odd.headers.get('www-authenticate') ?? '', /error="invalid_request"/)
  })
})
