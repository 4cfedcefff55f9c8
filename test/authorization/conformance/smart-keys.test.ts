import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { after, before, describe } from 'node:test'
import { postToken } from '../../support/authorize.ts'
import { anApplication } from '../../support/people.ts'
import {
  type AssertionChange,
  aKey,
  aKeyApplication,
  anApprovedService,
  askForBackendToken,
  assertionType,
  type ClientKey,
  listenLocally,
  nowSeconds,
  signAssertion,
} from '../clients/client-keys.ts'
import { type Form, openWorld, proofOf, type World } from './open-world.ts'
import { rulesOf } from './rules.ts'
import { smartRules } from './smart-rules.ts'

describe('SMART App Launch 2.2: client authentication and backend services', () => {
  const { prove, complete } = rulesOf(smartRules, 'smart-keys')
  let world: World
  let rsa: ClientKey
  let ec: ClientKey
  let service: string
  before(async () => {
    world = await openWorld()
    rsa = await aKey('RS384')
    ec = await aKey('ES384')
    service = (await anApprovedService(world.app, world.clinic, ec)).id
  })
  after(() => world[Symbol.asyncDispose]())

  const ask = (change: AssertionChange & { scope?: string; form?: Form } = {}, key = ec, id = service) =>
    askForBackendToken(world.app, id, key, change)
  /** Registered by the address of a key set, which answers as the test says. */
  async function servedBy(headers: Form, keys: () => ClientKey[]) {
    const asked: IncomingMessage[] = []
    const server = await listenLocally((request, response) => {
      asked.push(request)
      response.writeHead(200, headers).end(JSON.stringify({ keys: keys().map((key) => key.public) }))
    })
    const { id } = await aKeyApplication(world.app, world.clinic, ec, { jwksUri: server.url })
    const isProven = async (key: ClientKey, header = {}) => {
      const client_assertion = await signAssertion(world.app, id, key, { header })
      const form = { grant_type: 'refresh_token', refresh_token: 'none' }
      const { body } = await postToken(world.app, {
        ...form,
        client_assertion_type: assertionType,
        client_assertion,
      })
      return body.error === 'invalid_grant'
    }
    return { asked, isProven, url: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
  }

  prove('keySets', async () => {
    assert.equal((await ask()).status, 200)
    await using client = await servedBy({}, () => [rsa, ec])
    assert.equal(await client.isProven(ec), true)
  })

  for (const alg of ['RS384', 'ES384'] as const)
    prove(
      'algorithms',
      async () => {
        const key = await aKey(alg)
        const { id } = await anApprovedService(world.app, world.clinic, key)
        assert.equal((await ask({}, key, id)).status, 200)
      },
      alg,
    )

  const claims: Array<[string, () => AssertionChange]> = [
    ...['iss', 'sub', 'aud', 'exp', 'jti'].map((name): [string, () => AssertionChange] => [
      `without ${name}`,
      () => ({ without: [name] }),
    ]),
    ['without kid', () => ({ header: { kid: undefined } })],
    ['with another kid', () => ({ header: { kid: 'other' } })],
    ['with another typ', () => ({ header: { typ: 'at+jwt' } })],
    ['with iss of another client', () => ({ claims: { iss: world.client.id } })],
    ['with sub of another client', () => ({ claims: { sub: world.client.id } })],
    ['with both of another client', () => ({ claims: { iss: world.client.id, sub: world.client.id } })],
    ['with aud of another server', () => ({ claims: { aud: 'https://other.example/o/token/' } })],
    [
      'with aud of the authorization page',
      () => ({ claims: { aud: `${world.app.portalUrl}/o/authorize/` } }),
    ],
    ['that is not valid yet', () => ({ claims: { nbf: nowSeconds() + 60 } })],
  ]
  for (const [title, change] of claims)
    prove(
      'assertionClaims',
      async () => {
        const { status, body } = await ask(change())
        assert.equal(status, 401)
        assert.equal(body.error, 'invalid_client')
        assert.ok(String(body.error_description).length > 20)
      },
      title,
    )

  for (const [title, seconds] of [
    ['over', -60],
    ['six minutes ahead', 360],
    ['a day ahead', 86_400],
  ] as const)
    prove(
      'assertionLifetime',
      async () =>
        assert.equal((await ask({ claims: { exp: nowSeconds() + seconds } })).body.error, 'invalid_client'),
      title,
    )

  prove('assertionOnce', async () => {
    const form = {
      grant_type: 'client_credentials',
      scope: 'system/*.rs',
      client_assertion_type: assertionType,
      client_assertion: await signAssertion(world.app, service, ec),
    }
    const answers = await Promise.all(Array.from({ length: 8 }, () => postToken(world.app, form)))
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    assert.equal((await postToken(world.app, form)).body.error, 'invalid_client')
    // At another endpoint it is used up, too.
    const { client_assertion_type, client_assertion } = form
    const { response } = await world.post('/o/introspect/', {
      token: 'x',
      client_assertion_type,
      client_assertion,
    })
    assert.equal(response.status, 401)
  })

  prove('oneKey', async () => {
    const { id } = await aKeyApplication(world.app, world.clinic, ec, {
      jwks: { keys: [rsa.public, ec.public] },
    })
    for (const [key, header] of [
      [rsa, { kid: ec.kid }],
      [ec, { kid: rsa.kid }],
      [await aKey('ES384', ec.kid), {}],
    ] as const) {
      const client_assertion = await signAssertion(world.app, id, key, { header })
      const { body } = await postToken(world.app, {
        grant_type: 'refresh_token',
        refresh_token: 'x',
        client_assertion_type: assertionType,
        client_assertion,
      })
      assert.equal(body.error, 'invalid_client')
    }
  })

  prove('jku', async () => {
    await using client = await servedBy({}, () => [ec])
    await using evil = await servedBy({}, () => [ec])
    assert.equal(await client.isProven(ec, { jku: client.url }), true)
    for (const jku of [evil.url, `${client.url}/`, `${client.url}?x`, 'https://evil.example/jwks'])
      assert.equal(await client.isProven(ec, { jku }), false, jku)
    assert.equal(evil.asked.length, 0)
  })

  prove('cacheControl', async () => {
    let keys = [ec]
    await using client = await servedBy({ 'cache-control': 'max-age=120' }, () => keys)
    assert.equal(await client.isProven(ec), true)
    keys = []
    world.app.clock.forward(119)
    assert.equal(await client.isProven(ec), true)
    world.app.clock.forward(2)
    assert.equal(await client.isProven(ec), false)
  })
  prove(
    'cacheControl',
    async () => {
      let keys = [ec]
      await using client = await servedBy({ 'cache-control': 'no-store' }, () => keys)
      assert.equal(await client.isProven(ec), true)
      keys = []
      // An address is asked once a minute at most.
      world.app.clock.forward(61)
      assert.equal(await client.isProven(ec), false)
    },
    'no-store',
  )

  prove('accept', async () => {
    await using client = await servedBy({}, () => [ec])
    await client.isProven(ec)
    assert.deepEqual(
      client.asked.map(({ method, headers }) => [method, headers.accept]),
      [['GET', 'application/json']],
    )
  })

  prove('symmetric', async () => {
    const authorization = `Basic ${Buffer.from(`${world.client.id}:${world.client.secret}`).toString('base64')}`
    const code = await world.codeFor(world.client)
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'https://app.example.com/redirect_uri',
    }
    const { status } = await postToken(world.app, form, { authorization })
    assert.equal(status, 200)
  })

  prove('backendScopes', async () => {
    const own = await aKey('ES384')
    const { id } = await anApprovedService(world.app, world.clinic, own, ['system/Immunization.rs'])
    const { body } = await ask({ scope: 'system/Immunization.rs' }, own, id)
    const status = async (path: string) =>
      (await world.get(`/fhir/r4/${path}`, { authorization: `Bearer ${body.access_token}` })).status
    assert.deepEqual([await status('Immunization'), await status('Observation')], [200, 403])
  })
  for (const scope of [
    '',
    'patient/*.rs',
    'user/*.rs',
    'system/*.cruds',
    'openid',
    'launch/patient',
    'offline_access',
    'system/*.rs patient/*.rs',
    'everything',
  ])
    prove(
      'backendScopes',
      async () => {
        const { status, body } = await ask({ scope })
        assert.equal(status, 400)
        assert.equal(body.error, 'invalid_scope')
      },
      JSON.stringify(scope),
    )

  prove('backendAnswer', async () => {
    const { body } = await ask()
    assert.equal(String(body.token_type).toLowerCase(), 'bearer')
    assert.equal(body.expires_in, 300)
    assert.equal(body.scope, 'system/*.rs')
    for (const name of ['refresh_token', 'id_token', 'patient']) assert.equal(name in body, false)
    world.app.clock.forward(300)
    const response = await world.get('/fhir/r4/Patient', { authorization: `Bearer ${body.access_token}` })
    assert.equal(response.status, 401)
  })

  const errors: Array<[string, () => ReturnType<typeof ask>, string]> = [
    [
      'no approval',
      async () =>
        ask(
          {},
          ec,
          (await aKeyApplication(world.app, world.clinic, ec, { redirectUris: [], scopes: ['system/*.rs'] }))
            .id,
        ),
      'unauthorized_client',
    ],
    [
      'a practice that did not approve',
      () => ask({ form: { practice: 'prac_other' } }),
      'unauthorized_client',
    ],
    ['another resource', () => ask({ form: { resource: 'https://other.example' } }), 'invalid_target'],
    ['a key that is not registered', async () => ask({}, await aKey('ES384', ec.kid)), 'invalid_client'],
    [
      'an application for people',
      async () =>
        postToken(world.app, {
          grant_type: 'client_credentials',
          scope: 'system/*.rs',
          ...proofOf(world.client),
        }),
      'unauthorized_client',
    ],
    [
      'a public application',
      async () =>
        postToken(world.app, {
          grant_type: 'client_credentials',
          scope: 'system/*.rs',
          ...proofOf(world.open),
        }),
      'unauthorized_client',
    ],
    [
      'a code of a service',
      () =>
        ask({
          form: { grant_type: 'authorization_code', code: 'x', redirect_uri: 'https://app.example.com/' },
        }),
      'unauthorized_client',
    ],
    ['a deleted service', () => ofDeleted(), 'invalid_client'],
  ]
  for (const [title, answer, error] of errors)
    prove(
      'backendErrors',
      async () => {
        const { status, body } = await answer()
        assert.ok([400, 401].includes(status))
        assert.equal(body.error, error)
        assert.ok(String(body.error_description).length > 20)
      },
      title,
    )
  prove(
    'backendErrors',
    async () => {
      const { secret } = await anApplication(world.app, world.clinic)
      const { body } = await postToken(world.app, {
        grant_type: 'client_credentials',
        scope: 'system/*.rs',
        client_id: service,
        client_secret: secret,
      })
      assert.equal(body.error, 'invalid_client')
    },
    'a secret in the place of a key',
  )

  complete()

  async function ofDeleted() {
    const { id } = await anApprovedService(world.app, world.clinic, ec)
    await world.app.modules.applications.remove(world.clinic.provider.id, id)
    return ask({}, ec, id)
  }
})
