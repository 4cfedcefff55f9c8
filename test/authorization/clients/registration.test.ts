import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { getTokens, openConsent, postToken, readApi } from '../../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../../support/people.ts'
import { startApp, type TestApp } from '../../support/start-app.ts'
import { aKey, assertionType, type ClientKey, signAssertion } from './client-keys.ts'

interface Registration extends Record<string, unknown> {
  client_id: string
  client_secret: string
  registration_access_token: string
  registration_client_uri: string
  error?: string
  error_description?: string
}

const metadata = {
  client_name: 'Diary',
  redirect_uris: [redirectUri],
  scope: 'patient/*.read offline_access',
}

let visitors = 0
/** From a network address of its own unless one is given, so that the limit does not count all together. */
async function send(
  url: string,
  method: string,
  {
    body,
    token,
    type = 'application/json',
    from,
  }: { body?: unknown; token?: string; type?: string; from?: string } = {},
) {
  visitors += 1
  const response = await fetch(url, {
    method,
    headers: {
      'x-forwarded-for': from ?? `198.51.${Math.floor(visitors / 250)}.${visitors % 250}`,
      ...(body === undefined ? {} : { 'content-type': type }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Registration,
  }
}

const env = { TRUSTED_PROXIES: '1' }

describe('registration that is open', () => {
  let app: TestApp
  let clinic: Clinic
  let key: ClientKey
  before(async () => {
    app = await startApp({ ...env, REGISTRATION: 'open' })
    clinic = await aClinic(app, 'South Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, 'ana@example.com', ['ana'])
    key = await aKey('ES384')
  })
  after(() => app[Symbol.asyncDispose]())

  const register = (body: unknown, type?: string) =>
    send(`${app.portalUrl}/o/register/`, 'POST', { body, ...(type ? { type } : {}) })

  const aud = () => `${app.fhirUrl}/fhir/r4`

  test('gives an application that works at once', async () => {
    const { status, body, headers } = await register(metadata)
    assert.equal(status, 201, JSON.stringify(body))
    assert.match(String(headers.get('cache-control')), /no-store/)
    assert.equal(headers.get('access-control-allow-origin'), '*')
    assert.match(body.client_id, /^app_/)
    assert.equal(body.client_secret_expires_at, 0)
    assert.equal(body.token_endpoint_auth_method, 'client_secret_basic')
    assert.deepEqual(body.grant_types, ['authorization_code', 'refresh_token'])
    const client = { id: body.client_id, secret: body.client_secret }
    const tokens = await getTokens(app, client, 'ana@example.com', { aud: aud() })
    assert.equal((await readApi(app, 'Patient/ana', tokens.access_token)).status, 200)
  })

  test('people see that nobody answers for it', async () => {
    const { body } = await register(metadata)
    const request = { response_type: 'code', client_id: body.client_id, redirect_uri: redirectUri }
    const { page } = await openConsent(app, { ...request, aud: aud() }, 'ana@example.com')
    assert.match(page.body, /<strong>registered itself<.strong>: neither your practice nor anybody else/)
  })

  test('cannot ask to change records', async () => {
    const { status, body } = await register({ ...metadata, scope: 'user/*.rs user/Immunization.cud' })
    assert.deepEqual([status, body.error], [400, 'invalid_client_metadata'])
    assert.match(String(body.error_description), /registers itself cannot ask to change records/)
  })

  test('two that come first at the same moment belong to one keeper', async () => {
    const both = await Promise.all([register(metadata), register(metadata)])
    assert.deepEqual(
      both.map(({ status }) => status),
      [201, 201],
    )
    const owners = both.map(
      async ({ body }) => (await app.modules.applications.find(body.client_id))?.ownerAccountId,
    )
    assert.equal(new Set(await Promise.all(owners)).size, 1)
  })

  test('gives a public application no secret', async () => {
    const { body } = await register({ ...metadata, token_endpoint_auth_method: 'none' })
    assert.deepEqual(['client_secret' in body, body.token_endpoint_auth_method], [false, 'none'])
  })

  test('takes a key set, and the key then proves the client', async () => {
    const jwks = { keys: [key.public] }
    const { status, body } = await register({
      ...metadata,
      token_endpoint_auth_method: 'private_key_jwt',
      jwks,
    })
    assert.equal(status, 201, JSON.stringify(body))
    assert.equal('client_secret' in body, false)
    const { body: answer } = await postToken(app, {
      grant_type: 'refresh_token',
      refresh_token: 'none',
      client_assertion_type: assertionType,
      client_assertion: await signAssertion(app, body.client_id, key),
    })
    assert.equal(answer.error, 'invalid_grant')
  })

  test('a backend service may register, and gets nothing without the approval of a practice', async () => {
    const { status, body } = await register({
      client_name: 'Reports',
      token_endpoint_auth_method: 'private_key_jwt',
      grant_types: ['client_credentials'],
      response_types: [],
      scope: 'system/*.rs',
      jwks: { keys: [key.public] },
    })
    assert.equal(status, 201, JSON.stringify(body))
    assert.deepEqual(body.grant_types, ['client_credentials'])
    const { body: answer } = await postToken(app, {
      grant_type: 'client_credentials',
      scope: 'system/*.rs',
      client_assertion_type: assertionType,
      client_assertion: await signAssertion(app, body.client_id, key),
    })
    assert.equal(answer.error, 'unauthorized_client')
  })

  test('what it does not know is left out, and not refused', async () => {
    const { status, body } = await register({
      ...metadata,
      contacts: ['x@example.com'],
      'client_name#de': 'Tagebuch',
    })
    assert.deepEqual([status, 'contacts' in body], [201, false])
  })

  test('takes a launch URL, and tells it', async () => {
    const { status, body } = await register({ ...metadata, launch_uri: 'https://app.example/launch' })
    assert.deepEqual([status, body.launch_uri], [201, 'https://app.example/launch'])
  })

  test('what was registered can be read and deleted with its token', async () => {
    const { body } = await register(metadata)
    const { registration_client_uri: uri, registration_access_token: token } = body
    const read = await send(uri, 'GET', { token })
    assert.equal(read.status, 200)
    assert.deepEqual([read.body.client_id, read.body.client_name], [body.client_id, 'Diary'])
    assert.equal('client_secret' in read.body, false)
    assert.equal((await send(uri, 'DELETE', { token })).status, 204)
    assert.equal((await send(uri, 'GET', { token })).status, 401)
    const { body: gone } = await postToken(app, {
      grant_type: 'refresh_token',
      refresh_token: 'none',
      client_id: body.client_id,
      client_secret: body.client_secret,
    })
    assert.equal(gone.error, 'invalid_client')
  })

  test('deleting it ends its tokens', async () => {
    const { body } = await register(metadata)
    const client = { id: body.client_id, secret: body.client_secret }
    const { access_token } = await getTokens(app, client, 'ana@example.com', { aud: aud() })
    await send(body.registration_client_uri, 'DELETE', { token: body.registration_access_token })
    assert.equal((await readApi(app, 'Patient/ana', access_token)).status, 401)
  })

  test('methods that it does not know are refused with those that work', async () => {
    const { body } = await register(metadata)
    const token = body.registration_access_token
    for (const method of ['PATCH', 'POST']) {
      const answer = await send(body.registration_client_uri, method, { token, body: metadata })
      assert.equal(answer.status, 405)
      assert.equal(answer.headers.get('allow'), 'GET, PUT, DELETE')
    }
  })

  const replace = (registered: Registration, change: object) =>
    send(registered.registration_client_uri, 'PUT', {
      token: registered.registration_access_token,
      body: { client_id: registered.client_id, ...metadata, ...change },
    })

  test('what was registered is replaced as a whole: what is left out is gone', async () => {
    const { body } = await register({
      ...metadata,
      policy_uri: 'https://app.example.com/privacy',
      post_logout_redirect_uris: ['https://app.example.com/bye'],
    })
    assert.deepEqual(body.post_logout_redirect_uris, ['https://app.example.com/bye'])
    const { status, body: changed } = await replace(body, {
      client_name: 'Journal',
      client_secret: body.client_secret,
      redirect_uris: ['https://app.example.com/new'],
    })
    assert.equal(status, 200, JSON.stringify(changed))
    assert.deepEqual(
      [changed.client_id, changed.client_name, changed.redirect_uris, changed.policy_uri],
      [body.client_id, 'Journal', ['https://app.example.com/new'], undefined],
    )
    assert.deepEqual(changed.post_logout_redirect_uris, [])
    assert.equal('client_secret' in changed, false)
    assert.equal(changed.registration_access_token, body.registration_access_token)
    const read = await send(body.registration_client_uri, 'GET', { token: body.registration_access_token })
    assert.deepEqual(read.body, changed)
    const back = { response_type: 'code', client_id: body.client_id, redirect_uri: redirectUri }
    assert.equal((await fetch(`${app.portalUrl}/o/authorize/?${new URLSearchParams(back)}`)).status, 400)
  })

  test('the secret goes on working after a change, and cannot be chosen', async () => {
    const { body } = await register(metadata)
    for (const client_secret of ['mine', 'ops_x', 7]) {
      const { status, body: refused } = await replace(body, { client_secret })
      assert.deepEqual([status, refused.error], [400, 'invalid_client_metadata'])
    }
    await replace(body, {})
    assert.equal(await app.modules.applications.isSecretOf(body.client_id, body.client_secret), true)
  })

  test('from key to secret it gets a secret, once, and from secret to key the secret dies', async () => {
    const keyed = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [key.public] } }
    const { body } = await register({ ...metadata, ...keyed })
    const { body: changed } = await replace(body, {})
    assert.match(changed.client_secret, /^ops_/)
    assert.equal('client_secret' in (await replace(body, {})).body, false)
    await replace(body, keyed)
    assert.equal(await app.modules.applications.isSecretOf(body.client_id, changed.client_secret), false)
  })

  test('more scopes than before give nothing to grants that people gave before', async () => {
    const { body } = await register({ ...metadata, scope: 'patient/Immunization.read offline_access' })
    const client = { id: body.client_id, secret: body.client_secret }
    const tokens = await getTokens(app, client, 'ana@example.com', { aud: `${app.fhirUrl}/fhir/r4` })
    assert.equal((await replace(body, { scope: 'patient/*.read offline_access' })).status, 200)
    const { body: refreshed } = await postToken(app, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      scope: 'patient/*.read',
      client_id: client.id,
      client_secret: client.secret,
    })
    assert.equal(refreshed.error, 'invalid_scope')
    assert.equal((await readApi(app, 'Patient/ana', tokens.access_token)).status, 403)
  })

  const changes: Array<[string, object, RegExp]> = [
    ['another client_id', { client_id: 'app_other' }, /client_id/],
    ['no client_id', { client_id: undefined }, /client_id/],
    ['a registration token of its own', { registration_access_token: 'rat_x' }, /registration_access_token/],
    ['an address of its own', { registration_client_uri: 'https://a.example' }, /registration_client_uri/],
    ['an end of its secret', { client_secret_expires_at: 1 }, /client_secret_expires_at/],
    ['another day of birth', { client_id_issued_at: 1 }, /client_id_issued_at/],
    ['becoming public', { token_endpoint_auth_method: 'none' }, /stays public/],
    ['keys without keys', { token_endpoint_auth_method: 'private_key_jwt' }, /jwks/],
    ['system scopes with a secret', { scope: 'system/*.rs' }, /scope.*key/],
    ['scopes that write', { scope: 'patient/*.cruds' }, /scope/],
    ['a redirect URI of javascript', { redirect_uris: ['javascript:alert(1)'] }, /redirect_uris/],
    ['no redirect URI', { redirect_uris: [] }, /redirect/i],
    [
      'an address after sign-out of javascript',
      { post_logout_redirect_uris: ['javascript:alert(1)'] },
      /post_logout_redirect_uris/,
    ],
    ['a hidden character in its name', { client_name: 'A\u202eB' }, /client_name/],
  ]
  for (const [title, change, words] of changes)
    test(`a change is refused for ${title}, and leaves everything as it was`, async () => {
      const { body } = await register(metadata)
      const before = await app.modules.applications.find(body.client_id)
      const { status, body: refused } = await replace(body, change)
      assert.equal(status, 400, JSON.stringify(refused))
      assert.match(`${refused.error} ${refused.error_description}`, words)
      assert.deepEqual(await app.modules.applications.find(body.client_id), before)
    })

  test('only its own token opens it, and the refusal does not tell whether it exists', async () => {
    const mine = (await register(metadata)).body
    const other = (await register(metadata)).body
    const ofConsole = await anApplication(app, clinic)
    const tries: Array<[string, string | undefined]> = [
      [mine.registration_client_uri, undefined],
      [mine.registration_client_uri, other.registration_access_token],
      [mine.registration_client_uri, mine.client_secret],
      [mine.registration_client_uri, 'undefined'],
      [`${app.portalUrl}/o/register/app_none`, mine.registration_access_token],
      [`${app.portalUrl}/o/register/${ofConsole.id}`, mine.registration_access_token],
    ]
    const words = new Set()
    for (const [uri, token] of tries)
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const { status, headers, body } = await send(uri, method, {
          ...(token === undefined ? {} : { token }),
          ...(method === 'PUT' ? { body: metadata } : {}),
        })
        assert.equal(status, 401)
        assert.match(String(headers.get('www-authenticate')), /^Bearer/)
        words.add(body.error_description)
      }
    assert.equal(words.size, 1)
    assert.ok(await app.modules.applications.find(mine.client_id))
  })

  test('tokens are stored as hashes alone', async () => {
    const { body } = await register(metadata)
    const rows = await app.store.db.selectFrom('application').selectAll().execute()
    assert.equal(JSON.stringify(rows).includes(body.registration_access_token), false)
  })

  const keyed = { token_endpoint_auth_method: 'private_key_jwt' }
  const refused: Array<[string, unknown, string, RegExp]> = [
    ['no redirect URI', { client_name: 'A' }, 'invalid_redirect_uri', /redirect/i],
    [
      'a redirect URI with a fragment',
      { redirect_uris: ['https://a.example/#x'] },
      'invalid_redirect_uri',
      /redirect_uris/,
    ],
    [
      'a redirect URI of javascript',
      { redirect_uris: ['javascript:alert(1)'] },
      'invalid_redirect_uri',
      /redirect_uris/,
    ],
    [
      'redirect URIs as one text',
      { redirect_uris: redirectUri },
      'invalid_client_metadata',
      /redirect_uris.*list/,
    ],
    ['numbers as redirect URIs', { redirect_uris: [7] }, 'invalid_client_metadata', /redirect_uris.*list/],
    ['no name', { client_name: '' }, 'invalid_client_metadata', /client_name/],
    ['a name that is a number', { client_name: 7 }, 'invalid_client_metadata', /client_name.*text/],
    ['a name with hidden characters', { client_name: 'A\u202eB' }, 'invalid_client_metadata', /client_name/],
    ['an unknown scope', { scope: 'everything' }, 'invalid_client_metadata', /scope/],
    ['a scope that writes', { scope: 'patient/*.cruds' }, 'invalid_client_metadata', /scope/],
    ['system scopes with a secret', { scope: 'system/*.rs' }, 'invalid_client_metadata', /scope.*key/],
    [
      'an unknown method',
      { token_endpoint_auth_method: 'tls_client_auth' },
      'invalid_client_metadata',
      /token_endpoint_auth_method/,
    ],
    ['a key without keys', keyed, 'invalid_client_metadata', /jwks/],
    [
      'both kinds of keys',
      { ...keyed, jwks: { keys: [] }, jwks_uri: 'https://a.example/k' },
      'invalid_client_metadata',
      /jwks_uri/,
    ],
    [
      'a jwks_uri of a private address',
      { ...keyed, jwks_uri: 'https://10.0.0.1/k' },
      'invalid_client_metadata',
      /jwks_uri/,
    ],
    ['an empty key set', { ...keyed, jwks: { keys: [] } }, 'invalid_client_metadata', /jwks/],
    ['the implicit flow', { grant_types: ['implicit'] }, 'invalid_client_metadata', /grant_types/],
    ['the response type token', { response_types: ['token'] }, 'invalid_client_metadata', /response_types/],
    ['a software statement', { software_statement: 'eyJ' }, 'invalid_client_metadata', /software_statement/],
    [
      'a launch URL with launch',
      { launch_uri: 'https://a.example/?launch=1' },
      'invalid_client_metadata',
      /launch_uri/,
    ],
    ['a logo that is no address', { logo_uri: 'javascript:alert(1)' }, 'invalid_client_metadata', /logo_uri/],
  ]
  for (const [title, change, error, words] of refused)
    test(`refuses: ${title}`, async () => {
      const form = title === 'no redirect URI' ? change : { ...metadata, ...(change as object) }
      const { status, body } = await register(form)
      assert.equal(status, 400, JSON.stringify(body))
      assert.equal(body.error, error)
      assert.match(String(body.error_description), words)
    })

  const malformed: Array<[string, unknown, string, number]> = [
    ['no JSON', '{', 'application/json', 400],
    ['a list', '[]', 'application/json', 400],
    ['null', 'null', 'application/json', 400],
    ['a form', 'client_name=A', 'application/x-www-form-urlencoded', 400],
    ['100 kB', JSON.stringify({ ...metadata, junk: 'x'.repeat(100_000) }), 'application/json', 413],
  ]
  for (const [title, body, type, status] of malformed)
    test(`refuses a body that is ${title}`, async () => {
      const answer = await register(body, type)
      assert.equal(answer.status, status, JSON.stringify(answer.body))
      assert.equal(answer.body.error, 'invalid_client_metadata')
      assert.match(String(answer.body.error_description), /JSON/)
    })

  test('after twenty registrations in an hour from one address the next ones wait', async () => {
    const from = '203.0.113.9'
    const answers = []
    for (let index = 0; index < 21; index++)
      answers.push(
        await send(`${app.portalUrl}/o/register/`, 'POST', { body: { ...metadata, client_name: '' }, from }),
      )
    assert.equal(answers[19]?.status, 400)
    assert.equal(answers[20]?.status, 429)
    assert.ok(answers[20]?.headers.get('retry-after'))
    assert.equal((await register(metadata)).status, 201)
  })

  test('the discovery documents name it', async () => {
    for (const document of documentsOf(app)) {
      const { registration_endpoint } = (await (await fetch(document)).json()) as Record<string, unknown>
      assert.equal(registration_endpoint, `${app.portalUrl}/o/register/`)
    }
  })
})

describe('registration for those with a token', () => {
  let app: TestApp
  let clinic: Clinic
  before(async () => {
    app = await startApp({ ...env, REGISTRATION: 'approved' })
    clinic = await aClinic(app, 'South Clinic')
  })
  after(() => app[Symbol.asyncDispose]())
  const register = (token?: string) =>
    send(`${app.portalUrl}/o/register/`, 'POST', {
      body: metadata,
      ...(token === undefined ? {} : { token }),
    })

  test('makes an application of the account that was given the token', async () => {
    const token = await app.modules.applications.registrationTokens.issueInitial(clinic.provider.id, 3600)
    const { status, body } = await register(token)
    assert.equal(status, 201, JSON.stringify(body))
    const application = await app.modules.applications.find(body.client_id)
    assert.equal(application?.ownerAccountId, clinic.provider.id)
    app.clock.forward(3601)
    assert.equal((await register(token)).status, 401)
  })

  test('is refused without a token, and with another one', async () => {
    const { secret } = await anApplication(app, clinic)
    for (const token of [undefined, 'irt_none', secret]) {
      const { status, body, headers } = await register(token)
      assert.equal(status, 401)
      assert.equal(body.error, 'invalid_token')
      assert.match(String(headers.get('www-authenticate')), /^Bearer/)
    }
  })
})

test('registration is off unless the operator sets it', async () => {
  await using app = await startApp(env)
  const response = await fetch(`${app.portalUrl}/o/register/`, {
    method: 'POST',
    body: JSON.stringify(metadata),
  })
  assert.equal(response.status, 404)
  const { error_description } = (await response.json()) as { error_description: string }
  assert.match(error_description, /registered by people/)
  for (const document of documentsOf(app))
    assert.equal('registration_endpoint' in ((await (await fetch(document)).json()) as object), false)
})

function documentsOf(app: TestApp): string[] {
  return [
    `${app.portalUrl}/.well-known/oauth-authorization-server`,
    `${app.portalUrl}/.well-known/openid-configuration`,
    `${app.fhirUrl}/fhir/r4/.well-known/smart-configuration`,
    `${app.fhirUrl}/onpatient_api/fhir/.well-known/smart-configuration`,
  ]
}
