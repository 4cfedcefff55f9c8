import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastifyFormbody } from '@fastify/formbody'
import Fastify, { type FastifyInstance } from 'fastify'
import { browser } from '../../http/browser.ts'
import { pageErrors } from '../../pages/page-errors.ts'
import { pageHeaders } from '../../pages/page-headers.ts'
import { demoClient } from './client.ts'

const applicationId = 'app_demo'
const applicationSecret = 'ops_stub_secret_for_tests'
const portalUrl = 'http://localhost:8000'

/** What the stub has seen and what it does differently. */
interface Stub extends AsyncDisposable {
  url: string
  tokenForms: Array<Record<string, string>>
  authorizations: string[]
  overrides: Record<string, (path: string) => { status?: number; body: unknown }>
}

const tokens = { access: 'eyJhbGciOi-access', refresh: 'ops_refresh_token_one' }

/** An authorization server and an API, as far as the demo client looks at them; codes work once. */
async function startStub(overrides: Stub['overrides'] = {}): Promise<Stub> {
  const app = Fastify()
  await app.register(fastifyFormbody)
  const used = new Set<string>()
  const stub: Stub = {
    url: '',
    tokenForms: [],
    authorizations: [],
    overrides,
    [Symbol.asyncDispose]: () => app.close(),
  }
  app.addHook('onRequest', async (request, reply) => {
    const [path = ''] = request.url.split('?')
    const override = stub.overrides[path]?.(request.url)
    if (override) return reply.code(override.status ?? 200).send(override.body)
  })
  app.post('/o/token/', async (request, reply) => {
    const form = request.body as Record<string, string>
    stub.tokenForms.push(form)
    const given = form.code ?? form.refresh_token ?? ''
    if (used.has(given))
      return reply.code(400).send({ error: 'invalid_grant', error_description: 'This code was used before.' })
    used.add(given)
    const next = form.refresh_token ? `${tokens.refresh}_next` : tokens.refresh
    return { access_token: tokens.access, token_type: 'Bearer', expires_in: 172_800, refresh_token: next }
  })
  const base = '/onpatient_api/fhir'
  app.addHook('preHandler', async (request) => {
    if (request.url.startsWith(base)) stub.authorizations.push(request.headers.authorization ?? '')
  })
  app.get(`${base}/Patient`, async () => ({ count: 1, next: null, previous: null, results: [patient] }))
  app.get(`${base}/Patient/:id`, async () => patient)
  app.get(`${base}/Immunization`, async (request) => {
    const page = Number((request.query as { page?: string }).page ?? 1)
    return {
      count: 3,
      next: page < 3 ? `${stub.url}${base}/Immunization?page=${page + 1}` : null,
      previous: null,
      results: [
        {
          resourceType: 'Immunization',
          id: `i${page}`,
          occurrenceDateTime: `202${page}-10-02`,
          vaccineCode: { text: `Vaccine <${page}>` },
        },
      ],
    }
  })
  stub.url = await app.listen({ port: 0, host: '127.0.0.1' })
  return stub
}

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  name: [{ given: ['Ada'], family: 'Byron' }],
  birthDate: '1987-04-12',
  gender: 'female',
}

/** The demo client calls the stub; the addresses that browsers see lead there as well. */
async function startClient(stubUrl: string, timeoutMs = 2000): Promise<FastifyInstance> {
  const app = Fastify()
  await app.register(browser, {
    findSignIn: async () => undefined,
    cookieKey: 'k'.repeat(32),
    isSecure: false,
  })
  await app.register(pageHeaders, { isSecure: false })
  await app.register(pageErrors, { isProduction: false })
  await app.register(
    demoClient({
      portalUrl: stubUrl,
      fhirUrl: stubUrl,
      application: { applicationId, applicationSecret },
      launched: { applicationId: 'app_chart', applicationSecret: 'ops_chart_secret_for_tests' },
      signIns: {
        password: 'maple',
        people: [{ who: 'a parent', email: 'p@demo.example', sees: 'two children' }],
      },
      timeoutMs,
    }),
  )
  return app
}

type Cookies = Record<string, string>

function cookiesOf(answer: { cookies: Array<{ name: string; value: string }> }): Cookies {
  return Object.fromEntries(answer.cookies.map(({ name, value }) => [name, value]))
}

/** Opens the start page; gives the browser's cookies and the state of the link. */
async function openStart(app: FastifyInstance): Promise<{ cookies: Cookies; state: string; link: URL }> {
  const answer = await app.inject('/demo/client')
  assert.equal(answer.statusCode, 200)
  const [, href = ''] = /class="button button-primary" href="([^"]+)"/.exec(answer.body) ?? []
  const link = new URL(href.replaceAll('&amp;', '&'))
  return { cookies: cookiesOf(answer), state: link.searchParams.get('state') ?? '', link }
}

async function comeBack(app: FastifyInstance, query: Record<string, string>, cookies: Cookies) {
  return app.inject({ url: '/demo/client/callback', query, cookies })
}

test('the button is a link to the authorization page with this application and a state', async () => {
  await using app = await startClient(portalUrl)
  const { link, state } = await openStart(app)
  assert.equal(`${link.origin}${link.pathname}`, `${portalUrl}/o/authorize/`)
  assert.equal(link.searchParams.get('client_id'), applicationId)
  assert.equal(link.searchParams.get('redirect_uri'), `${portalUrl}/demo/client/callback`)
  assert.equal(link.searchParams.get('response_type'), 'code')
  assert.ok(state.length > 40)
})

test('the start page names the people of the demo, with and without a slash at the end', async () => {
  await using app = await startClient(portalUrl)
  for (const url of ['/demo/client', '/demo/client/'])
    assert.match((await app.inject(url)).body, /p@demo\.example/)
})

test('a code is exchanged, then patients, one patient and every page of immunizations are read and shown', async () => {
  await using stub = await startStub()
  await using app = await startClient(stub.url)
  const { cookies, state } = await openStart(app)
  const answer = await comeBack(app, { code: 'code-number-one', state }, cookies)
  assert.equal(answer.statusCode, 200)
  assert.deepEqual(
    { ...stub.tokenForms[0] },
    {
      grant_type: 'authorization_code',
      code: 'code-number-one',
      redirect_uri: `${stub.url}/demo/client/callback`,
      client_id: applicationId,
      client_secret: applicationSecret,
    },
  )
  assert.deepEqual(stub.authorizations, Array(5).fill(`Bearer ${tokens.access}`))
  assert.match(answer.body, /Ada Byron/)
  assert.match(answer.body, /3 on 3 pages/)
  assert.match(answer.body, /Vaccine &lt;3&gt;/)
  assert.match(answer.body, /&quot;expires_in&quot;: 172800/)
})

test('no secret, code or token is in the page in full', async () => {
  await using stub = await startStub()
  await using app = await startClient(stub.url)
  const { cookies, state } = await openStart(app)
  const { body, headers } = await comeBack(app, { code: 'code-number-one', state }, cookies)
  for (const secret of [applicationSecret, 'code-number-one', tokens.access, tokens.refresh, state])
    assert.ok(!body.includes(secret), secret)
  assert.match(body, /eyJhbG…/)
  assert.equal(headers['referrer-policy'], 'no-referrer')
  assert.equal(headers['cache-control'], 'no-store')
})

test('the refresh form trades the token for new ones and reads again', async () => {
  await using stub = await startStub()
  await using app = await startClient(stub.url)
  const { cookies, state } = await openStart(app)
  const first = await comeBack(app, { code: 'code-number-one', state }, cookies)
  const all = { ...cookies, ...cookiesOf(first) }
  const second = await sendRefresh(app, first.body, all)
  assert.equal(second.statusCode, 200)
  assert.deepEqual(
    { ...stub.tokenForms[1] },
    {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh,
      client_id: applicationId,
      client_secret: applicationSecret,
    },
  )
  assert.match(second.body, /Ada Byron/)
  const third = await sendRefresh(app, second.body, { ...all, ...cookiesOf(second) })
  assert.equal(stub.tokenForms[2]?.refresh_token, `${tokens.refresh}_next`)
  assert.equal(third.statusCode, 200)
})

function hidden(page: string, name: string): string {
  // The form of the page, not the one for signing out.
  const [, form = ''] = page.split('action="/demo/client/refresh"')
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(form)?.[1] ?? ''
}

function sendRefresh(app: FastifyInstance, page: string, cookies: Cookies) {
  return app.inject({
    method: 'POST',
    url: '/demo/client/refresh',
    cookies,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ _csrf: hidden(page, '_csrf'), sealed: hidden(page, 'sealed') }).toString(),
  })
}

test('a refresh token that was sealed for another browser is not used', async () => {
  await using stub = await startStub()
  await using app = await startClient(stub.url)
  const { cookies, state } = await openStart(app)
  const first = await comeBack(app, { code: 'code-number-one', state }, cookies)
  const { cookies: others } = await openStart(app)
  const foreign = { onpatient_demo_client: others.onpatient_demo_client ?? '' }
  const answer = await sendRefresh(app, first.body, { ...cookies, ...cookiesOf(first), ...foreign })
  assert.equal(answer.statusCode, 400)
  assert.match(answer.body, /not readable any more/)
  assert.equal(stub.tokenForms.length, 1)
})

test('a refresh without the CSRF token of the browser is refused', async () => {
  await using stub = await startStub()
  await using app = await startClient(stub.url)
  const { cookies, state } = await openStart(app)
  const first = await comeBack(app, { code: 'code-number-one', state }, cookies)
  const answer = await app.inject({
    method: 'POST',
    url: '/demo/client/refresh',
    cookies: { ...cookies, ...cookiesOf(first) },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ sealed: hidden(first.body, 'sealed') }).toString(),
  })
  assert.equal(answer.statusCode, 403)
  assert.equal(stub.tokenForms.length, 1)
})

const strangeReturns: Array<
  [string, (own: { state: string; cookies: Cookies }) => [Record<string, string>, Cookies]]
> = [
  ['without a state', ({ cookies }) => [{ code: 'c' }, cookies]],
  ['with a changed state', ({ state, cookies }) => [{ code: 'c', state: `x${state}` }, cookies]],
  ['with a shortened state', ({ state, cookies }) => [{ code: 'c', state: state.slice(0, -1) }, cookies]],
  [
    'with the state of another browser',
    ({ state }) => [{ code: 'c', state }, { onpatient_demo_client: 'other' }],
  ],
  ['without a cookie', ({ state }) => [{ code: 'c', state }, {}]],
  ['without a code', ({ state, cookies }) => [{ state }, cookies]],
]

for (const [what, change] of strangeReturns)
  test(`a return ${what} asks for no token and offers another try`, async () => {
    await using stub = await startStub()
    await using app = await startClient(stub.url)
    const answer = await comeBack(app, ...change(await openStart(app)))
    assert.equal(answer.statusCode, 400)
    assert.match(answer.body, /Try again/)
    assert.equal(stub.tokenForms.length, 0)
  })

test('a parameter that comes twice is a 400, not a fault', async () => {
  await using app = await startClient(portalUrl)
  const { cookies, state } = await openStart(app)
  const url = `/demo/client/callback?code=a&code=b&state=${state}`
  assert.equal((await app.inject({ url, cookies })).statusCode, 400)
})

test('Cancel is answered kindly and with another try', async () => {
  await using app = await startClient(portalUrl)
  const { cookies, state } = await openStart(app)
  const answer = await comeBack(app, { error: 'access_denied', state }, cookies)
  assert.equal(answer.statusCode, 200)
  assert.match(answer.body, /You pressed Cancel/)
  assert.match(answer.body, /Try again/)
})

test('another error of the authorization server is shown, escaped', async () => {
  await using app = await startClient(portalUrl)
  const { cookies, state } = await openStart(app)
  const query = { error: 'invalid_scope', error_description: '<script>alert(1)</script>', state }
  const { body } = await comeBack(app, query, cookies)
  assert.match(body, /invalid_scope/)
  assert.match(body, /&lt;script&gt;/)
})

test('a code used twice shows what the server answered', async () => {
  await using stub = await startStub()
  await using app = await startClient(stub.url)
  const { cookies, state } = await openStart(app)
  await comeBack(app, { code: 'code-number-one', state }, cookies)
  const { body, statusCode } = await comeBack(app, { code: 'code-number-one', state }, cookies)
  assert.equal(statusCode, 200)
  assert.match(body, /This code was used before/)
  assert.match(body, /400 Bad Request/)
})

const api = '/onpatient_api/fhir'
const failures: Array<[string, Stub['overrides'], RegExp]> = [
  [
    'a refused list',
    { [`${api}/Patient`]: () => ({ status: 403, body: { detail: 'Ask for patient/Patient.read' } }) },
    /Ask for patient\/Patient\.read/,
  ],
  [
    'an empty list',
    { [`${api}/Patient`]: () => ({ body: { count: 0, next: null, results: [] } }) },
    /sees no patient/,
  ],
  [
    'an answer that is no JSON',
    { '/o/token/': () => ({ status: 502, body: 'bad <gateway>' }) },
    /bad &lt;gateway&gt;/,
  ],
  ['a token answer without a token', { '/o/token/': () => ({ body: {} }) }, /Without an access token/],
  [
    'a patient of another form',
    { [`${api}/Patient/p1`]: () => ({ body: { name: 'Ada' } }) },
    /does not look as the documentation says/,
  ],
  [
    'a fault of the server',
    { [`${api}/Immunization`]: () => ({ status: 500, body: { detail: 'fault' } }) },
    /500 Internal Server Error/,
  ],
]

for (const [what, overrides, expected] of failures)
  test(`${what} ends the walk readably`, async () => {
    await using stub = await startStub(overrides)
    await using app = await startClient(stub.url)
    const { cookies, state } = await openStart(app)
    const answer = await comeBack(app, { code: 'code-number-one', state }, cookies)
    assert.equal(answer.statusCode, 200)
    assert.match(answer.body, expected)
  })

test('a next page on another server is not asked for, as the token would go there', async () => {
  const asked: string[] = []
  await using other = await startStub({
    [`${api}/Immunization`]: (url) => {
      asked.push(url)
      return { body: {} }
    },
  })
  await using stub = await startStub({
    [`${api}/Immunization`]: () => ({ body: { next: `${other.url}${api}/Immunization`, results: [] } }),
  })
  await using app = await startClient(stub.url)
  const { cookies, state } = await openStart(app)
  const { body } = await comeBack(app, { code: 'code-number-one', state }, cookies)
  assert.match(body, /leads to another server/)
  assert.deepEqual(asked, [])
})

test('a list that never ends is left after ten pages', async () => {
  await using stub = await startStub()
  stub.overrides[`${api}/Immunization`] = () => ({
    body: { next: `${stub.url}${api}/Immunization?again`, results: [] },
  })
  await using app = await startClient(stub.url)
  const { cookies, state } = await openStart(app)
  const { body } = await comeBack(app, { code: 'code-number-one', state }, cookies)
  assert.match(body, /stops after 10/)
  assert.match(body, /on 10 pages/)
})

test('a server that does not answer is said to be unreachable', async () => {
  const stub = await startStub()
  await stub[Symbol.asyncDispose]()
  await using app = await startClient(stub.url)
  const { cookies, state } = await openStart(app)
  const { body } = await comeBack(app, { code: 'code-number-one', state }, cookies)
  assert.match(body, /No answer: ECONNREFUSED/)
})

test('a server that hangs is left after the time-out', async () => {
  const app = Fastify()
  await app.register(fastifyFormbody)
  app.post('/o/token/', () => new Promise(() => {}))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  try {
    await using client = await startClient(url, 100)
    const { cookies, state } = await openStart(client)
    const { body } = await comeBack(client, { code: 'code-number-one', state }, cookies)
    assert.match(body, /no answer came within 0\.1 seconds/)
  } finally {
    app.server.closeAllConnections()
    await app.close()
  }
})

test('a launch goes on to the authorization page with launch, aud and a state of this browser', async () => {
  await using app = await startClient(portalUrl)
  const iss = `${portalUrl}/fhir/r4`
  const opened = await app.inject({ url: '/demo/client/launch', query: { iss, launch: 'lau_one' } })
  assert.equal(opened.statusCode, 302)
  const link = new URL(String(opened.headers.location))
  const { state = '', ...sent } = Object.fromEntries(link.searchParams)
  assert.deepEqual(sent, {
    response_type: 'code',
    client_id: 'app_chart',
    redirect_uri: `${portalUrl}/demo/client/launched`,
    scope: 'launch launch/encounter openid fhirUser patient/*.rs',
    aud: iss,
    launch: 'lau_one',
  })
  const url = '/demo/client/launched'
  const foreign = await app.inject({ url, query: { code: 'c', state } })
  assert.match(foreign.body, /another browser/)
  const denied = await app.inject({
    url,
    query: { error: 'access_denied', state },
    cookies: cookiesOf(opened),
  })
  assert.match(denied.body, /You pressed Cancel/)
})

test('a launch of another server, or without a launch id, goes nowhere', async () => {
  await using app = await startClient(portalUrl)
  for (const query of [
    { iss: 'https://elsewhere.example/fhir/r4', launch: 'lau_one' },
    { launch: 'lau_one' },
    { iss: `${portalUrl}/fhir/r4` },
  ] as Array<Record<string, string>>) {
    const { statusCode, headers, body } = await app.inject({ url: '/demo/client/launch', query })
    assert.deepEqual([statusCode, headers.location], [400, undefined])
    assert.match(body, /not a launch from here/)
  }
})
