import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { openConsent, postToken } from '../../support/authorize.ts'
import { anApplication, redirectUri } from '../../support/people.ts'
import {
  aKey,
  aKeyApplication,
  assertionType,
  type ClientKey,
  signAssertion,
} from '../clients/client-keys.ts'
import { type Form, openWorld, person, proofOf, type World } from './open-world.ts'
import { rfc9700Rules } from './rfc-9700-rules.ts'
import { rulesOf } from './rules.ts'

describe('RFC 9700: clients, pages and proxies', () => {
  const { prove, complete } = rulesOf(rfc9700Rules, 'rfc-9700-servers')
  let world: World
  let key: ClientKey
  let keyed: string
  before(async () => {
    world = await openWorld({ REGISTRATION: 'open' })
    key = await aKey('ES384')
    keyed = (await aKeyApplication(world.app, world.clinic, key)).id
  })
  after(() => world[Symbol.asyncDispose]())

  const basic = (id: string, secret: string) => ({
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  })
  const assertion = async (id = keyed, by = key) => ({
    client_assertion_type: assertionType,
    client_assertion: await signAssertion(world.app, id, by),
  })

  /** What is sent, and with which headers; all are refused before the token is looked at. */
  const unproven: Array<[string, () => Promise<[Form, Form?]>]> = [
    ['nobody', async () => [{}]],
    ['a client with a secret, without it', async () => [{ client_id: world.client.id }]],
    ['an empty secret', async () => [{ client_id: world.client.id, client_secret: '' }]],
    ['a wrong secret', async () => [{ client_id: world.client.id, client_secret: 'x' }]],
    [
      'the secret of another',
      async () => [{ client_id: world.client.id, client_secret: world.other.secret }],
    ],
    [
      'the secret in other letters',
      async () => [{ client_id: world.client.id, client_secret: world.client.secret.toUpperCase() }],
    ],
    ['a secret of a client that has none', async () => [{ client_id: world.open.id, client_secret: 'x' }]],
    ['an unknown client', async () => [{ client_id: 'app_none', client_secret: 'x' }]],
    ['a deleted client', async () => [await ofDeleted()]],
    ['a wrong secret by HTTP Basic', async () => [{}, basic(world.client.id, 'x')]],
    ['the secret of another by HTTP Basic', async () => [{}, basic(world.client.id, world.other.secret)]],
    [
      'HTTP Basic without a colon',
      async () => [{}, { authorization: `Basic ${Buffer.from(world.client.id).toString('base64')}` }],
    ],
    ['HTTP Basic that is no base64', async () => [{}, { authorization: 'Basic %%%' }]],
    ['another scheme', async () => [{}, { authorization: `Digest username="${world.client.id}"` }]],
    ['both at once', async () => [proofOf(world.client), basic(world.client.id, world.client.secret)]],
    ['two names', async () => [{ client_id: world.other.id }, basic(world.client.id, world.client.secret)]],
    ['a client with a key, by its name alone', async () => [{ client_id: keyed }]],
    ['a client with a key, by a secret', async () => [{ client_id: keyed, client_secret: 'x' }]],
    ['the key of another', async () => [await assertion(keyed, await aKey('ES384'))]],
    ['a client with a secret, by a key', async () => [await assertion(world.client.id)]],
    ['a client without either, by a key', async () => [await assertion(world.open.id)]],
    ['a key and a secret', async () => [{ ...(await assertion()), client_secret: 'x' }]],
    ['a key and HTTP Basic', async () => [await assertion(), basic(keyed, 'x')]],
  ]
  for (const [title, proof] of unproven)
    prove(
      'clientAuthentication',
      async () => {
        for (const [path, own] of [
          ['token', { grant_type: 'refresh_token', refresh_token: 'x' }],
          ['introspect', { token: 'x' }],
        ] as const) {
          const [form, headers = {}] = await proof()
          const { response, body } = await world.post(`/o/${path}/`, { ...own, ...form }, headers)
          assert.ok([400, 401].includes(response.status), `${path}: ${response.status}`)
          assert.match(String(body.error), /^invalid_(client|request)$/)
          assert.ok(String(body.error_description).length > 20)
          if (headers.authorization?.startsWith('Basic') && body.error === 'invalid_client')
            assert.match(response.headers.get('www-authenticate') ?? '', /^Basic /)
        }
      },
      title,
    )

  prove('metadata', async () => {
    const [server, openid, smart] = await Promise.all(
      [
        '/.well-known/oauth-authorization-server',
        '/.well-known/openid-configuration',
        '/fhir/r4/.well-known/smart-configuration',
      ].map(async (path) => (await (await world.get(path)).json()) as Record<string, unknown>),
    )
    assert.deepEqual(server, openid)
    assert.equal(server?.issuer, world.app.portalUrl)
    assert.deepEqual(server?.response_types_supported, ['code'])
    const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials']
    assert.deepEqual([server?.grant_types_supported, smart?.grant_types_supported], [grantTypes, grantTypes])
    for (const [name, value] of Object.entries({ ...server, ...smart })) {
      if (!/_(endpoint|uri)$/.test(name)) continue
      assert.equal(new URL(String(value)).origin, world.app.portalUrl, name)
      const response = await fetch(String(value), { redirect: 'manual' })
      assert.ok(response.status !== 404 && response.status < 500, `${name}: ${response.status}`)
    }
  })

  prove('clientId', async () => {
    const wanted = {
      client_id: 'acc_ana',
      client_secret: 'chosen',
      sub: 'acc_ana',
      client_name: 'Diary',
      redirect_uris: [redirectUri],
    }
    const response = await fetch(`${world.app.portalUrl}/o/register/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(wanted),
    })
    const body = (await response.json()) as Record<string, unknown>
    assert.match(String(body.client_id), /^app_/)
    assert.notEqual(body.client_secret, 'chosen')
    const account = await world.app.modules.accounts.findByEmail(person)
    assert.match(String(account?.id), /^acc_/)
  })

  const request1 = () => ({
    response_type: 'code',
    client_id: world.client.id,
    redirect_uri: redirectUri,
    state: 'S',
  })
  /** Every kind of page that a person meets on the way to an application and beside it. */
  async function pagesOnTheWay(): Promise<Array<[string, Headers]>> {
    const { browser, page } = await openConsent(world.app, request1(), person)
    const fault = await browser.post(page.url, { decision: 'Authorize' })
    const paths = [
      '/signin',
      '/signup',
      '/reset',
      '/account/settings',
      '/account/settings/connected-apps',
      '/none',
      '/',
      '/api_fhir/api-docs/tutorial',
      '/o/authorize/?client_id=x',
      '/o/interaction/x',
      '/reset/finish?token=x',
      '/invitation?token=x',
      '/demo',
    ]
    const others = await Promise.all(
      paths.map(
        async (path): Promise<[string, Headers]> => [
          path,
          (await browser.get(world.app.portalUrl + path)).headers,
        ],
      ),
    )
    const start = await world.ask(request1())
    return [
      ['consent', page.headers],
      ['refused consent', fault.headers],
      ['authorize', start.headers],
      ...others,
    ]
  }

  prove('clickjacking', async () => {
    for (const [title, headers] of await pagesOnTheWay()) {
      assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, title)
      assert.equal(headers.get('x-frame-options'), 'DENY', title)
    }
  })

  prove('referrer', async () => {
    for (const [title, headers] of await pagesOnTheWay()) {
      assert.match(headers.get('referrer-policy') ?? '', /^(same-origin|no-referrer)$/, title)
      assert.match(headers.get('cache-control') ?? '', /no-store/, title)
      assert.equal(headers.get('x-content-type-options'), 'nosniff', title)
    }
    const logoUri = 'https://static.app.example/logo.png'
    const { id } = await anApplication(world.app, world.clinic, {
      logoUri,
      policyUri: 'https://app.example.com/privacy',
    })
    const { page } = await openConsent(world.app, { ...request1(), client_id: id }, person)
    // The one thing of a third party: the picture of the application, which gets no address.
    assert.match(page.body, /<img [^>]*referrerpolicy="no-referrer"/)
    assert.match(page.body, /rel="noopener noreferrer"[^>]*>privacy policy/)
    assert.doesNotMatch(page.body, /<script|<iframe|<link [^>]*href="http/)
  })

  const forged: Form[] = [
    { host: 'evil.example' },
    { 'x-forwarded-host': 'evil.example' },
    { 'x-forwarded-proto': 'gopher', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
    { 'x-original-url': 'https://evil.example/', 'x-rewrite-url': '/evil', 'x-forwarded-prefix': '/evil' },
  ]
  for (const headers of forged)
    prove(
      'proxyHeaders',
      async () => {
        const paths = [
          '/.well-known/openid-configuration',
          '/fhir/r4/.well-known/smart-configuration',
          '/fhir/r4/metadata',
          '/signin',
          `/o/authorize/?${new URLSearchParams(request1())}`,
          '/account/settings',
          '/reset',
        ]
        for (const path of paths) {
          const answer = await rawGet(world.app.port, path, headers)
          assert.doesNotMatch(answer, /evil|gopher/, path)
        }
      },
      JSON.stringify(headers),
    )
  prove(
    'proxyHeaders',
    async () => {
      // Without a trusted proxy the address of the socket counts, whatever a guesser writes.
      const statuses = []
      for (let guess = 0; guess < 8; guess++) statuses.push(await guessFrom(world, `203.0.113.${guess}`))
      assert.ok(statuses.includes(429), statuses.join())
    },
    'a guesser cannot pretend to be many',
  )

  prove('noPostMessage', async () => {
    for (const response_mode of ['web_message', 'jwt', 'query.jwt', 'okta_post_message']) {
      const { headers } = await world.ask({ ...request1(), response_mode })
      assert.match(headers.get('location') ?? '', /[?&]error=(unsupported_response_mode|invalid_request)/)
    }
    const { page } = await openConsent(world.app, request1(), person)
    // The only script is ours, and speaks to nobody but its own page.
    const scripts = [...page.body.matchAll(/<script([^>]*)>/g)].map(([, attributes = '']) => attributes)
    for (const attributes of scripts) {
      const [, path = ''] = /src="(\/assets\/[^"]+)"/.exec(attributes) ?? []
      assert.notEqual(path, '', attributes)
      const script = await (await fetch(world.app.portalUrl + path)).text()
      assert.doesNotMatch(script, /postMessage|opener/)
    }
    assert.doesNotMatch(page.body, /postMessage/)
  })

  complete()

  async function ofDeleted(): Promise<Form> {
    const { id, secret } = await anApplication(world.app, world.clinic)
    await world.app.modules.applications.remove(world.clinic.provider.id, id)
    return { client_id: id, client_secret: secret }
  }
})

test('a client that is refused gets the same answer whether its grant exists or not', async () => {
  await using world = await openWorld()
  const { refresh_token } = await world.tokensOf(world.client)
  const words = []
  for (const token of [refresh_token, 'made-up']) {
    const { body } = await postToken(world.app, {
      grant_type: 'refresh_token',
      refresh_token: token,
      client_id: world.client.id,
      client_secret: 'x',
    })
    words.push([body.error, body.error_description])
  }
  assert.deepEqual(words[0], words[1])
})

/** The whole answer, headers and body, with the Host header as it is given. */
function rawGet(port: number, path: string, headers: Form): Promise<string> {
  return new Promise((done, fail) => {
    const sent = request({ port, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => done(JSON.stringify(response.headers) + Buffer.concat(chunks)))
    })
    sent.on('error', fail).end()
  })
}

async function guessFrom({ app }: World, address: string): Promise<number> {
  const page = await fetch(`${app.portalUrl}/signin`)
  const [, _csrf = ''] = /name="_csrf" value="([^"]*)"/.exec(await page.text()) ?? []
  const cookie = page.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  const response = await fetch(`${app.portalUrl}/signin`, {
    method: 'POST',
    headers: { cookie, 'x-forwarded-for': address, forwarded: `for=${address}` },
    body: new URLSearchParams({ _csrf, email: person, password: 'a wrong guess', next: '/' }),
  })
  return response.status
}
