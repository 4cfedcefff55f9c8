import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { openPortal } from '../portal-api/open-portal.ts'
import { getTokens, openConsent } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

interface Reported {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  body: any
}

describe('limits of requests', () => {
  let app: TestApp
  let clinic: Clinic
  const clients: Array<{ id: string; secret: string }> = []
  const tokens: string[][] = []
  let addresses = 0

  before(async () => {
    app = await startApp({
      TRUSTED_PROXIES: '1',
      MAX_REQUESTS_PER_TOKEN: '5',
      MAX_REQUESTS_PER_ACCOUNT: '8',
      MAX_REQUESTS_PER_APPLICATION: '11',
      MAX_REQUESTS_PER_PRACTICE: '14',
      MAX_REQUESTS_PER_ADDRESS: '20',
      MAX_PORTAL_REQUESTS_PER_ACCOUNT: '7',
      MAX_TOKEN_REQUESTS_PER_ADDRESS: '10',
      MAX_TOKEN_REQUESTS_PER_APPLICATION: '12',
      MAX_AUTHORIZATION_REQUESTS_PER_ADDRESS: '6',
      MAX_PUSHED_REQUESTS_PER_ADDRESS: '4',
      MAX_PUSHED_REQUESTS_PER_APPLICATION: '6',
      MAX_PUSHED_REQUESTS: '5',
    })
    clinic = await aClinic(app, 'North Clinic')
    await aPatient(app, clinic, 'ana')
    for (const kind of ['confidential', 'confidential', 'public'] as const)
      clients.push(await anApplication(app, clinic, { kind }))
    for (const person of ['ana', 'bob', 'cyd']) {
      const email = `${person}@example.com`
      await aReader(app, clinic, email, ['ana'])
      const ofPerson: string[] = []
      for (const client of clients.slice(0, 2)) {
        app.clock.forward(300)
        ofPerson.push((await getTokens(app, client, email)).access_token)
      }
      tokens.push(ofPerson)
    }
  })
  after(() => app[Symbol.asyncDispose]())
  beforeEach(() => app.clock.forward(600))

  /** Each from an address of its own, unless one is given. */
  const send = async (
    path: string,
    init: RequestInit = {},
    address = `198.51.100.${++addresses}`,
  ): Promise<Reported> => {
    const response = await fetch(`${app.portalUrl}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { 'x-forwarded-for': address, ...(init.headers as Record<string, string>) },
    })
    const text = await response.text()
    const isJson = (response.headers.get('content-type') ?? '').includes('json')
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
  }
  const read = (token = '', path = '/onpatient_api/fhir/Patient/ana') =>
    send(path, { headers: { authorization: `Bearer ${token}` } })
  const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) })
  const readAll = async (count: number, token: string | undefined) => {
    for (let asked = 0; asked < count; asked++) assert.equal((await read(token)).status, 200)
  }
  const assertRefused = ({ status, headers }: Reported, policy: string) => {
    assert.equal(status, 429)
    assert.ok(Number(headers.get('retry-after')) >= 1)
    assert.match(headers.get('ratelimit') ?? '', new RegExp(`^"${policy}";r=0;t=\\d+$`))
    assert.match(headers.get('ratelimit-policy') ?? '', new RegExp(`^"${policy}";q=\\d+;w=\\d+$`))
  }

  test('a token reads as often as its limit says on all APIs together, and each says so in its own form', async () => {
    const [token] = tokens[0] ?? []
    const first = await read(token)
    assert.equal(first.headers.get('ratelimit-policy'), '"token";q=5;w=300')
    assert.equal(first.headers.get('ratelimit'), '"token";r=4;t=60')
    const exposed = first.headers.get('access-control-expose-headers') ?? ''
    assert.match(exposed, /RateLimit, RateLimit-Policy/)
    await readAll(3, token)
    assert.equal((await read(token, '/fhir/r4/Patient/ana')).status, 200)
    const classic = await read(token)
    assertRefused(classic, 'token')
    assert.match(classic.body.detail, /at most 5 requests in 5 minutes.* Wait \d+ second/)
    assert.equal(classic.body.issue[0].code, 'throttled')
    const r4 = await read(token, '/fhir/r4/Observation?patient=ana')
    assertRefused(r4, 'token')
    assert.equal(r4.body.resourceType, 'OperationOutcome')
    assert.equal(r4.body.issue[0].code, 'throttled')
    assert.equal(r4.headers.get('access-control-allow-origin'), '*')
    app.clock.forward(Number(r4.headers.get('retry-after')))
    assert.equal((await read(token)).status, 200)
  })

  test('each entry of a Bundle counts, so that a batch is no way round the limit', async () => {
    const [token] = tokens[0] ?? []
    const entry = { request: { method: 'GET', url: 'Patient/ana' } }
    const post = (entries: number) =>
      send('/fhir/r4', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
        body: JSON.stringify({ resourceType: 'Bundle', type: 'batch', entry: Array(entries).fill(entry) }),
      })
    assert.equal((await post(4)).status, 200)
    await readAll(1, token)
    assertRefused(await post(1), 'token')
  })

  test('a refreshed token counts with the one before it', async () => {
    const first = await getTokens(app, clients[0] ?? { id: '', secret: '' }, 'ana@example.com')
    await readAll(5, first.access_token)
    const { id = '', secret = '' } = clients[0] ?? {}
    const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
    const second = await send('/o/token/', form({ ...refresh, client_id: id, client_secret: secret }))
    assert.equal(second.status, 200)
    assertRefused(await read(second.body.access_token), 'token')
  })

  test('userinfo counts for its token as well, and refuses as RFC 6749 does', async () => {
    const [token] = tokens[0] ?? []
    await readAll(5, token)
    const refused = await read(token, '/o/userinfo/')
    assert.equal(refused.status, 429)
    assert.equal(refused.body.error, 'too_many_requests')
    assert.ok(Number(refused.headers.get('retry-after')) >= 1)
    assert.equal(refused.headers.get('www-authenticate'), null)
  })

  test('the applications of one person have a limit together', async () => {
    const [one, two] = tokens[0] ?? []
    await readAll(5, one)
    await readAll(3, two)
    assertRefused(await read(two), 'account')
    await readAll(1, tokens[1]?.[0])
  })

  test('an application has a limit for all its people, and the whole practice for all applications', async () => {
    await readAll(5, tokens[0]?.[0])
    await readAll(5, tokens[1]?.[0])
    await readAll(1, tokens[2]?.[0])
    assertRefused(await read(tokens[2]?.[0]), 'application')
    await readAll(3, tokens[0]?.[1])
    assertRefused(await read(tokens[1]?.[1]), 'practice')
  })

  test('a network address has a limit on every API, also without a token, and others go on', async () => {
    const address = '2001:db8:1:2:3:4:5:6'
    for (let asked = 0; asked < 20; asked++)
      assert.equal((await send('/fhir/r4/metadata', {}, address)).status, 200)
    // RFC 6177: a household has the whole /64.
    const neighbour = '2001:db8:1:2:9::1'
    for (const path of ['/fhir/r4/metadata', '/onpatient_api/fhir/Patient', '/api/fhir/metadata']) {
      const refused = await send(path, {}, neighbour)
      assertRefused(refused, 'address')
      assert.equal(refused.body.issue[0].code, 'throttled', path)
    }
    assert.equal((await send('/fhir/r4/metadata')).status, 200)
  })

  test('the end points of OAuth have a limit for an address, and say so as RFC 6749 does', async () => {
    const address = '203.0.113.1'
    const [{ id = '', secret = '' } = {}] = clients
    const ask = (path: string) =>
      send(path, form({ client_id: id, client_secret: secret, token: 'x' }), address)
    for (let asked = 0; asked < 10; asked++) assert.notEqual((await ask('/o/introspect/')).status, 429)
    for (const path of ['/o/token/', '/o/introspect/', '/o/revoke/', '/o/par/', '/o/userinfo/']) {
      const refused = await ask(path)
      assertRefused(refused, 'address')
      assert.equal(refused.body.error, 'too_many_requests')
      assert.match(refused.body.error_description, /Wait \d+ second/)
      assert.match(refused.headers.get('access-control-expose-headers') ?? '', /RateLimit-Policy/)
    }
    assert.notEqual((await send('/o/introspect/', form({ token: 'x' }))).status, 429)
  })

  test('an application has a limit of token requests, from whatever addresses', async () => {
    const [{ id = '', secret = '' } = {}] = clients
    const exchange = (client_secret: string) =>
      send(
        '/o/token/',
        form({ grant_type: 'refresh_token', refresh_token: 'none', client_id: id, client_secret }),
      )
    // Who is not the application uses up nothing of its limit.
    for (let asked = 0; asked < 20; asked++) assert.equal((await exchange('wrong')).status, 401)
    for (let asked = 0; asked < 12; asked++) assert.equal((await exchange(secret)).status, 400)
    const refused = await exchange(secret)
    assertRefused(refused, 'application')
    assert.equal(refused.body.error, 'too_many_requests')
  })

  test('the authorization page has a limit for an address, and says so as a page', async () => {
    const request = { response_type: 'code', client_id: clients[0]?.id ?? '', redirect_uri: redirectUri }
    const path = `/o/authorize/?${new URLSearchParams(request)}`
    for (let asked = 0; asked < 6; asked++) assert.equal((await send(path, {}, '203.0.113.2')).status, 302)
    const refused = await send(path, {}, '203.0.113.2')
    assertRefused(refused, 'address')
    assert.match(refused.body, /Please wait a little/)
    assert.equal((await send(path)).status, 302)
  })

  const pushed = { response_type: 'code', redirect_uri: redirectUri, code_challenge_method: 'S256' }
  const challenge = createHash('sha256').update('v'.repeat(43)).digest('base64url')
  const push = (client: { id: string; secret: string } | undefined, address?: string, state = 'x') => {
    const proof = client?.secret ? { client_secret: client.secret } : {}
    const fields = { ...pushed, code_challenge: challenge, client_id: client?.id ?? '', state, ...proof }
    return send('/o/par/', form(fields), address)
  }
  const countPushed = async () =>
    (await app.store.db.selectFrom('oidc_payload').select('kind').execute()).filter(
      ({ kind }) => kind === 'PushedAuthorizationRequest',
    ).length

  test('pushed requests are limited by application, those of public ones by address and together', async () => {
    for (let asked = 0; asked < 6; asked++) assert.equal((await push(clients[0])).status, 201)
    const refused = await push(clients[0])
    assertRefused(refused, 'application')
    assert.equal(refused.body.error, 'too_many_requests')
    for (let asked = 0; asked < 4; asked++) assert.equal((await push(clients[2], '203.0.113.3')).status, 201)
    assertRefused(await push(clients[2], '203.0.113.3'), 'address')
    assert.equal((await push(clients[2])).status, 201)
    assertRefused(await push(clients[2]), 'server')
    // Strangers use up nothing of an application that has proven who it is.
    assert.equal((await push(clients[1])).status, 201)
  })

  test('a pushed request that is over is deleted as new ones come, and none is long', async () => {
    assert.equal((await push(clients[0])).status, 201)
    app.clock.forward(3600)
    assert.equal((await push(clients[0])).status, 201)
    assert.equal(await countPushed(), 1)
    assert.equal((await push(clients[0], undefined, 'x'.repeat(15_000))).status, 201)
    const refused = await push(clients[0], undefined, 'x'.repeat(17_000))
    assert.equal(refused.status, 413)
    assert.match(refused.body.error_description, /at most 16,384 bytes/)
  })

  test('the portal has a limit for a person, and says so as problem details', async () => {
    const portal = await openPortal(app, 'cyd@example.com')
    for (let asked = 0; asked < 6; asked++) assert.equal((await portal.call('GET', '/me')).status, 200)
    const refused = await portal.call('GET', '/me')
    assert.equal(refused.status, 429)
    assert.match(refused.type, /problem\+json/)
    assert.match(refused.body.detail, /Wait \d+ second/)
    const other = await openPortal(app, 'bob@example.com')
    assert.equal((await other.call('GET', '/me')).status, 200)
  })

  test('a clock that is set forward or back locks nobody out', async () => {
    const [token] = tokens[0] ?? []
    for (const hours of [5, -5, -5, 5]) {
      app.clock.forward(600)
      await readAll(3, token)
      app.clock.jump(hours * 3600)
      await readAll(2, token)
      assertRefused(await read(token), 'token')
      app.clock.forward(60)
      await readAll(1, token)
    }
    const { page } = await openConsent(
      app,
      { response_type: 'code', client_id: clients[0]?.id ?? '', redirect_uri: redirectUri },
      'bob@example.com',
    )
    assert.equal(page.status, 200)
  })
})
