import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { authorize, getTokens, postToken, readApi, type TokenAnswer } from '../../support/authorize.ts'
import { listOpenGrants } from '../../support/open-grants.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic } from '../../support/people.ts'
import { startApp, type TestApp } from '../../support/start-app.ts'
import {
  aKey,
  anApprovedService,
  askForBackendToken,
  assertionType,
  type ClientKey,
  signAssertion,
} from './client-keys.ts'

const person = 'ana@example.com'
type Credentials = Record<string, string>

describe('revocation and introspection', () => {
  let app: TestApp
  let clinic: Clinic
  let key: ClientKey
  let client: { id: string; secret: string }
  let other: { id: string; secret: string }
  let open: { id: string; secret: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'South Clinic')
    await aPatient(app, clinic, 'ana')
    await aPatient(app, clinic, 'ben')
    await aReader(app, clinic, person, ['ana'])
    await aReader(app, clinic, 'parent@example.com', ['ana', 'ben'], 'parent')
    key = await aKey('ES384')
    client = await anApplication(app, clinic)
    other = await anApplication(app, clinic)
    open = await anApplication(app, clinic, { kind: 'public' })
  })
  after(() => app[Symbol.asyncDispose]())

  const by = ({ id, secret }: { id: string; secret: string }): Credentials => ({
    client_id: id,
    client_secret: secret,
  })
  const post = async (path: string, form: Credentials) => {
    const response = await fetch(`${app.portalUrl}/o/${path}/`, {
      method: 'POST',
      body: new URLSearchParams(form),
    })
    const text = await response.text()
    return {
      status: response.status,
      cache: response.headers.get('cache-control'),
      body: (text === '' ? undefined : JSON.parse(text)) as Record<string, unknown> & { active?: boolean },
    }
  }
  const tokens = (scope = 'openid fhirUser patient/*.read', email = person) =>
    getTokens(app, client, email, { scope })
  const refresh = (refresh_token: string): Promise<TokenAnswer> =>
    postToken(app, { grant_type: 'refresh_token', refresh_token, ...by(client) })
  const works = async (token: string) => (await readApi(app, 'Patient/ana', token)).status === 200

  test('introspection has the fields of SMART', async () => {
    const { access_token } = await tokens()
    const { status, body, cache } = await post('introspect', { token: access_token, ...by(client) })
    assert.equal(status, 200)
    assert.match(String(cache), /no-store/)
    assert.equal(body.active, true)
    assert.equal(body.client_id, client.id)
    assert.equal(body.patient, 'ana')
    assert.equal(body.iss, app.portalUrl)
    assert.match(String(body.fhirUser), /\/Patient\/ana$/)
    assert.match(String(body.sub), /^acc_/)
    assert.ok(String(body.scope).split(' ').includes('patient/*.read'))
    assert.equal(body.token_type, 'Bearer')
    assert.ok(Number(body.exp) > Number(body.iat))
  })

  test('it has no fhirUser without the scope, and no patient when there are several', async () => {
    const alone = await tokens('patient/*.read')
    const { body } = await post('introspect', { token: alone.access_token, ...by(client) })
    assert.deepEqual(['fhirUser' in body, body.patient], [false, 'ana'])
    const parent = await tokens('patient/*.read', 'parent@example.com')
    const ofParent = await post('introspect', { token: parent.access_token, ...by(client) })
    assert.deepEqual([ofParent.body.active, 'patient' in ofParent.body], [true, false])
  })

  test('a refresh token can be introspected, too', async () => {
    const { refresh_token } = await tokens()
    const { body } = await post('introspect', { token: refresh_token, ...by(client) })
    assert.deepEqual([body.active, body.patient, 'token_type' in body], [true, 'ana', false])
  })

  test('the token of a backend service names its scopes and no person', async () => {
    const service = await anApprovedService(app, clinic, key)
    const { access_token } = (await askForBackendToken(app, service.id, key)).body
    const client_assertion = await signAssertion(app, service.id, key)
    const proof = { client_assertion_type: assertionType, client_assertion }
    const { body } = await post('introspect', { token: access_token, ...proof })
    assert.equal(body.active, true, JSON.stringify(body))
    assert.equal(body.scope, 'system/*.rs')
    assert.deepEqual(['sub' in body, 'patient' in body, 'grant_id' in body], [false, false, false])
  })

  test('an access token that was just read is worth nothing after it is revoked, of a person and of a service', async () => {
    const { access_token } = await tokens()
    assert.ok(await works(access_token))
    assert.equal((await post('revoke', { token: access_token, ...by(client) })).status, 200)
    assert.equal(await works(access_token), false)

    const service = await anApprovedService(app, clinic, key)
    const { access_token: token } = (await askForBackendToken(app, service.id, key)).body
    const read = () =>
      fetch(`${app.fhirUrl}/fhir/r4/Patient/ana`, { headers: { authorization: `Bearer ${token}` } })
    assert.equal((await read()).status, 200)
    const client_assertion = await signAssertion(app, service.id, key)
    await post('revoke', { token, client_assertion_type: assertionType, client_assertion })
    assert.equal((await read()).status, 401)
  })

  const inactive: Array<[string, () => Promise<Credentials>]> = [
    ['another application asks', async () => ({ token: (await tokens()).access_token, ...by(other) })],
    [
      'another asks for a refresh token',
      async () => ({ token: (await tokens()).refresh_token, ...by(other) }),
    ],
    ['the token is made up', async () => ({ token: 'x'.repeat(43), ...by(client) })],
    ['it is the code', async () => ({ token: 'code', token_type_hint: 'authorization_code', ...by(client) })],
    ['a public application asks, of its own', async () => ofPublic()],
    ['the token was revoked', async () => revoked()],
    ['the person ended the access', async () => endedByPerson()],
    ['a refresh token was used', async () => usedRefreshToken()],
  ]
  for (const [title, form] of inactive)
    test(`a token is inactive, and the answer says nothing else, when ${title}`, async () => {
      const { status, body } = await post('introspect', await form())
      assert.equal(status, 200)
      assert.deepEqual(body, { active: false })
    })

  const refused: Array<[string, Credentials, string]> = [
    ['without a client', { token: 'x' }, 'invalid_client'],
    ['with a wrong secret', { token: 'x', client_secret: 'wrong' }, 'invalid_client'],
    ['without a token', { token: '' }, 'invalid_request'],
  ]
  for (const path of ['introspect', 'revoke'])
    for (const [title, change, error] of refused)
      test(`${path} is refused ${title}`, async () => {
        const form = title === 'without a client' ? change : { ...by(client), ...change }
        const { status, body } = await post(path, form)
        assert.ok(status === 400 || status === 401)
        assert.equal(body.error, error)
        assert.ok(String(body.error_description).length > 20)
      })

  for (const kind of ['access_token', 'refresh_token'] as const)
    test(`revoking the ${kind} ends the whole grant`, async () => {
      const first = await tokens()
      const second = await refresh(first.refresh_token)
      assert.ok(await works(first.access_token))
      assert.equal((await post('revoke', { token: second.body[kind], ...by(client) })).status, 200)
      assert.equal(await works(first.access_token), false)
      assert.equal(await works(second.body.access_token), false)
      assert.equal((await refresh(second.body.refresh_token)).body.error, 'invalid_grant')
    })

  test('revoking ends no other grant of the same person and application', async () => {
    const one = await tokens()
    const two = await tokens()
    await post('revoke', { token: one.access_token, ...by(client) })
    assert.equal(await works(one.access_token), false)
    assert.equal(await works(two.access_token), true)
  })

  for (const kind of ['access_token', 'refresh_token'] as const)
    test(`the ${kind} of another application is not ended, and the answer does not tell`, async () => {
      const mine = await tokens()
      for (const stranger of [by(other), { client_id: open.id }]) {
        const { status, body } = await post('revoke', { token: mine[kind], ...stranger })
        assert.deepEqual([status, body], [200, {}])
      }
      assert.ok(await works(mine.access_token))
      assert.equal((await refresh(mine.refresh_token)).status, 200)
    })

  test('an unknown token, a second time and a wrong hint are 200', async () => {
    const { access_token } = await tokens()
    const forms = [
      { token: 'x'.repeat(43) },
      { token: access_token, token_type_hint: 'refresh_token' },
      { token: access_token },
      { token: access_token, token_type_hint: 'nonsense' },
    ]
    for (const form of forms) assert.equal((await post('revoke', { ...form, ...by(client) })).status, 200)
    assert.equal(await works(access_token), false)
  })

  test('a public application may revoke its own tokens', async () => {
    const { token } = await ofPublic()
    assert.equal((await post('revoke', { token: token ?? '', client_id: open.id })).status, 200)
    assert.equal(await works(token ?? ''), false)
  })

  async function ofPublic(): Promise<Credentials> {
    const code_verifier = randomBytes(32).toString('base64url')
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
    const challenge = { code_challenge, code_challenge_method: 'S256' }
    const back = await authorize(app, open.id, person, challenge)
    const { body } = await postToken(app, {
      grant_type: 'authorization_code',
      code: back.get('code') ?? '',
      redirect_uri: 'https://app.example.com/redirect_uri',
      client_id: open.id,
      code_verifier,
    })
    return { token: body.access_token, client_id: open.id }
  }
  async function revoked(): Promise<Credentials> {
    const { access_token } = await tokens()
    await post('revoke', { token: access_token, ...by(client) })
    return { token: access_token, ...by(client) }
  }
  async function endedByPerson(): Promise<Credentials> {
    const { access_token } = await tokens()
    const account = await app.modules.accounts.findByEmail(person)
    for (const { id } of await listOpenGrants(app.modules.grants, account?.id ?? ''))
      await app.modules.grants.end(account?.id ?? '', id, 'the person ended it')
    return { token: access_token, ...by(client) }
  }
  async function usedRefreshToken(): Promise<Credentials> {
    const { refresh_token } = await tokens()
    await refresh(refresh_token)
    app.clock.forward(31)
    return { token: refresh_token, ...by(client) }
  }
})
