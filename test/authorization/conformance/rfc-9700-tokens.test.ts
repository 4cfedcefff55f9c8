import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { postToken, readApi } from '../../support/authorize.ts'
import { anApplication, password, redirectUri } from '../../support/people.ts'
import { aKey, type ClientKey, signProof } from '../clients/client-keys.ts'
import { aChallenge, type Form, openWorld, person, proofOf, type World } from './open-world.ts'
import { rfc9700Rules } from './rfc-9700-rules.ts'
import { rulesOf } from './rules.ts'

describe('RFC 9700: tokens', () => {
  const { prove, complete } = rulesOf(rfc9700Rules, 'rfc-9700-tokens')
  let world: World
  let key: ClientKey
  let thief: ClientKey
  before(async () => {
    world = await openWorld()
    key = await aKey('ES256')
    thief = await aKey('ES256')
  })
  after(() => world[Symbol.asyncDispose]())

  const apis = ['/fhir/r4', '/onpatient_api/fhir']
  const proofFor = async (by: ClientKey) => ({
    dpop: await signProof(by, { htm: 'POST', htu: `${world.app.portalUrl}/o/token/` }),
  })
  const bearer = (token: string): Form => ({ authorization: `Bearer ${token}` })
  async function boundTokens(who: { id: string; secret: string }) {
    const { verifier, params } = aChallenge()
    const code = await world.codeFor(who, params)
    return (await world.redeem(code, who, { code_verifier: verifier }, await proofFor(key))).body
  }
  async function assertRefused(path: string, headers: Form): Promise<void> {
    const response = await world.get(path, headers)
    assert.equal(response.status, 401, await response.clone().text())
    assert.match(response.headers.get('www-authenticate') ?? '', /^(Bearer|DPoP) /)
    assert.doesNotMatch(await response.text(), /Rivera/)
  }

  for (const api of apis) {
    const thefts: Array<[string, (token: string) => Promise<Form>]> = [
      ['alone', async (token) => bearer(token)],
      ['by the scheme DPoP, without a proof', async (token) => ({ authorization: `DPoP ${token}` })],
      [
        'with a proof by the key of the thief',
        async (token) => ({
          authorization: `DPoP ${token}`,
          dpop: await signProof(thief, { htm: 'GET', htu: `${world.app.fhirUrl}${api}/Patient/ana` }),
        }),
      ],
      [
        'with a proof that was made for the token endpoint',
        async (token) => ({ authorization: `DPoP ${token}`, ...(await proofFor(key)) }),
      ],
    ]
    for (const [title, headers] of thefts)
      prove(
        'senderConstrained',
        async () => {
          const { access_token } = await boundTokens(world.client)
          await assertRefused(`${api}/Patient/ana`, await headers(access_token))
        },
        `${api}, ${title}`,
      )
  }

  prove('rotation', async () => {
    const first = await world.tokensOf(world.open)
    const second = await world.refresh(first.refresh_token, world.open)
    assert.notEqual(second.body.refresh_token, first.refresh_token)
    world.app.clock.forward(31)
    assert.equal((await world.refresh(first.refresh_token, world.open)).body.error, 'invalid_grant')
    assert.equal((await world.refresh(second.body.refresh_token, world.open)).body.error, 'invalid_grant')
    for (const { access_token } of [first, second.body])
      assert.equal((await readApi(world.app, 'Patient', access_token)).status, 401)
  })
  prove(
    'rotation',
    async () => {
      const tokens = await world.tokensOf(world.open)
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => world.refresh(tokens.refresh_token, world.open)),
      )
      // Tabs of one application ask at once; after the time of grace a use of the old one ends what all of them got.
      for (const { status } of answers) assert.equal(status, 200)
      world.app.clock.forward(31)
      assert.equal((await world.refresh(tokens.refresh_token, world.open)).body.error, 'invalid_grant')
      for (const { body } of answers)
        assert.equal((await readApi(world.app, 'Patient', body.access_token)).status, 401)
    },
    'twelve uses at the same moment',
  )

  const withoutKey: Array<[string, () => Promise<Form>]> = [
    ['no proof', async () => ({})],
    ['a proof by the key of the thief', () => proofFor(thief)],
  ]
  for (const [title, headers] of withoutKey)
    prove(
      'refreshBoundToKey',
      async () => {
        const { refresh_token } = await boundTokens(world.open)
        const stolen = await world.refresh(refresh_token, world.open, {}, await headers())
        assert.equal(stolen.body.error, 'invalid_grant')
        assert.equal((await world.refresh(refresh_token, world.open, {}, await proofFor(key))).status, 200)
      },
      title,
    )

  const strangers: Array<[string, () => Form]> = [
    ['another client', () => proofOf(world.other)],
    ['a client without a secret', () => proofOf(world.open)],
    ['its client without its secret', () => ({ client_id: world.client.id })],
    ['nobody by name', () => ({})],
    [
      'its client by a wrong secret',
      () => ({ client_id: world.client.id, client_secret: world.other.secret }),
    ],
  ]
  for (const [title, form] of strangers)
    prove(
      'refreshBoundToClient',
      async () => {
        const { refresh_token } = await world.tokensOf(world.client)
        const { status, body } = await postToken(world.app, {
          grant_type: 'refresh_token',
          refresh_token,
          ...form(),
        })
        assert.ok([400, 401].includes(status))
        assert.match(String(body.error), /^invalid_(grant|client|request)$/)
        assert.equal((await world.refresh(refresh_token, world.client)).status, 200)
      },
      title,
    )

  const escalations = [
    ...['patient/*.rs', 'patient/*.read', 'patient/Observation.rs', 'patient/Immunization.cruds'],
    ...['user/Immunization.rs', 'user/*.rs', 'system/*.rs', 'patient/Immunization.rs openid'],
    ...[
      'patient/Immunization.rs launch/patient',
      'fhirUser',
      'patient/Immunization.rs patient/Condition.rs',
      'everything',
    ],
  ]
  for (const scope of escalations)
    prove(
      'refreshBoundToScope',
      async () => {
        const tokens = await world.tokensOf(world.client, { scope: 'patient/Immunization.rs offline_access' })
        const { status, body } = await world.refresh(tokens.refresh_token, world.client, { scope })
        assert.equal(status, 400)
        assert.equal(body.error, 'invalid_scope')
        const same = await world.refresh(tokens.refresh_token, world.client)
        assert.deepEqual(
          new Set(same.body.scope.split(' ')),
          new Set(['patient/Immunization.rs', 'offline_access']),
        )
        assert.equal((await readApi(world.app, 'Observation', same.body.access_token)).status, 403)
      },
      scope,
    )
  prove(
    'refreshBoundToScope',
    async () => {
      const tokens = await world.tokensOf(
        world.client,
        { scope: 'patient/*.rs' },
        { kinds: ['Immunization'] },
      )
      const { body } = await world.refresh(tokens.refresh_token, world.client, { scope: 'patient/*.rs' })
      assert.equal(body.error, 'invalid_scope')
    },
    'what the person left out of the request',
  )
  prove(
    'refreshBoundToScope',
    async () => {
      const { id, secret } = await anApplication(world.app, world.clinic)
      const tokens = await world.tokensOf({ id, secret })
      const form = {
        name: 'Narrow',
        kind: 'confidential' as const,
        redirectUris: [redirectUri],
        scopes: ['patient/Immunization.read'],
      }
      await world.app.modules.applications.update(world.clinic.provider.id, id, form)
      const { body } = await world.refresh(tokens.refresh_token, { id, secret })
      if (body.access_token)
        assert.equal((await readApi(world.app, 'Observation', body.access_token)).status, 403)
      else assert.equal(body.error, 'invalid_scope')
    },
    'what the application is no longer registered for',
  )

  prove('refreshSecurityEvent', async () => {
    const { accounts } = world.app.modules
    const tokens = await world.tokensOf(world.client)
    const account = await accounts.findByEmail(person)
    const { token } = await accounts.startSignIn(account?.id ?? '', { ip: '192.0.2.9', userAgent: 'x' })
    const here = (await accounts.findSignIn(token))?.signIn.id ?? ''
    await accounts.changePassword(account?.id ?? '', password, 'another-long-password', here)
    assert.equal((await world.refresh(tokens.refresh_token, world.client)).body.error, 'invalid_grant')
    await accounts.changePassword(account?.id ?? '', 'another-long-password', password, here)
  })

  const noAccessTokens: Array<[string, () => Promise<string>]> = [
    ['a code', () => world.codeFor(world.client)],
    ['a refresh token', async () => (await world.tokensOf(world.client)).refresh_token],
    [
      'an id_token',
      async () => String((await world.tokensOf(world.client, { scope: 'openid patient/*.rs' })).id_token),
    ],
    ['a client secret', async () => world.client.secret],
    ['a client_id', async () => world.client.id],
    ['the cookie of a signed-in person', async () => (await signInOf(world)).token],
    [
      'a registration token',
      () => world.app.modules.applications.registrationTokens.issueFor(world.otherOpen.id),
    ],
    [
      'an id_token that says of itself that it is an access token',
      async () => unsigned({ aud: world.app.fhirUrl, scope: 'patient/*.rs', client_id: world.client.id }),
    ],
    ['junk', async () => 'x'.repeat(43)],
    ['nothing', async () => ''],
  ]
  for (const [title, token] of noAccessTokens)
    prove(
      'audience',
      async () => {
        const headers = bearer(await token())
        for (const path of [...apis.map((api) => `${api}/Patient`), '/o/userinfo/'])
          await assertRefused(path, headers)
      },
      title,
    )

  const foreign: Array<[string, Form]> = [
    ['aud of another server', { aud: 'https://other.example/fhir' }],
    ['aud that begins like ours', { aud: '{fhir}/fhir/r4.evil.example' }],
    ['aud of another path', { aud: '{fhir}/fhir/r5' }],
    ['resource of another server', { resource: 'https://other.example/fhir' }],
  ]
  for (const [title, change] of foreign)
    prove(
      'audienceAsked',
      async () => {
        const named = Object.entries(change).map(([name, value]) => [
          name,
          value.replace('{fhir}', world.app.fhirUrl),
        ])
        const params = {
          response_type: 'code',
          client_id: world.client.id,
          redirect_uri: redirectUri,
          ...Object.fromEntries(named),
        }
        const back = new URL((await world.ask(params)).headers.get('location') ?? '').searchParams
        assert.match(String(back.get('error')), /^invalid_(request|target)$/)
        assert.equal(back.get('code'), null)
      },
      title,
    )
  prove(
    'audienceAsked',
    async () => {
      const code = await world.codeFor(world.client)
      const { body } = await world.redeem(code, world.client, { resource: 'https://other.example/fhir' })
      assert.equal(body.error, 'invalid_target')
    },
    'resource at the token endpoint',
  )

  const beyond: Array<[string, string, string]> = [
    ['another type', 'patient/Immunization.rs', 'Observation'],
    ['a search with the right to read', 'patient/Observation.r', 'Observation'],
    ['a read with the right to search', 'patient/Observation.s', 'Observation/ana-obs-0000'],
    ['the record of a person with the right to another type', 'patient/Observation.rs', 'Patient/ana'],
  ]
  for (const [title, scope, path] of beyond)
    prove(
      'actions',
      async () => {
        const { access_token } = await world.tokensOf(world.client, { scope })
        for (const api of apis) {
          const response = await world.get(`${api}/${path}`, bearer(access_token))
          assert.equal(response.status, 403, api)
          assert.match(response.headers.get('www-authenticate') ?? '', /insufficient_scope/)
        }
      },
      title,
    )
  prove(
    'actions',
    async () => {
      const { access_token } = await world.tokensOf(world.client)
      const init = { headers: { ...bearer(access_token), 'content-type': 'application/fhir+json' } }
      for (const [method, path] of [
        ['POST', 'Patient'],
        ['PUT', 'Patient/ana'],
        ['DELETE', 'Patient/ana'],
      ] as const) {
        const body = method === 'DELETE' ? {} : { body: '{"resourceType":"Patient","id":"ana"}' }
        const response = await fetch(`${world.app.fhirUrl}/fhir/r4/${path}`, { method, ...init, ...body })
        assert.equal(response.status, 403, method)
      }
    },
    'a write with the right to read',
  )

  for (const path of [...apis.flatMap((api) => [`${api}/Patient`, `${api}/Patient/ana`]), '/o/userinfo/'])
    prove(
      'noTokenInUrl',
      async () => {
        const { access_token } = await world.tokensOf(world.client, { scope: 'openid patient/*.rs' })
        const address = `${path}?access_token=${access_token}`
        assert.equal((await world.get(address)).status, 401)
        // A header beside it does not make it better: the address is in a log already.
        const both = await world.get(address, bearer(access_token))
        assert.equal(both.status, 401)
        assert.match(await both.text(), /address/)
      },
      path,
    )
  prove(
    'noTokenInUrl',
    async () => {
      const back = new URLSearchParams(await world.codeFor(world.client))
      assert.equal(back.has('access_token'), false)
      const { access_token } = await world.tokensOf(world.client)
      const response = await fetch(`${world.app.fhirUrl}/fhir/r4/Patient/_search`, {
        method: 'POST',
        body: new URLSearchParams({ access_token }),
      })
      assert.equal(response.status, 401)
    },
    'nor in a form',
  )

  for (const name of [
    'code',
    'refresh_token',
    'client_secret',
    'client_assertion',
    'code_verifier',
    'token',
    'grant_type',
  ])
    prove(
      'noSecretInUrl',
      async () => {
        for (const endpoint of ['token', 'revoke', 'introspect']) {
          const { response, body } = await world.post(`/o/${endpoint}/?${name}=x`, proofOf(world.client))
          assert.equal(response.status, 400)
          assert.match(String(body.error_description), /leak/)
        }
      },
      name,
    )

  prove('tokensAreSecrets', async () => {
    const code = await world.codeFor(world.client)
    const { access_token, refresh_token } = await world.tokensOf(world.client)
    const { db } = world.app.store
    const hashes = (await db.selectFrom('access_token').select('token_hash').execute()).map(
      (row) => row.token_hash,
    )
    const payloads = await db.selectFrom('oidc_payload').select(['id_hash', 'payload']).execute()
    const stored = JSON.stringify([hashes, payloads])
    for (const secret of [code, access_token, refresh_token]) assert.equal(stored.includes(secret), false)
    for (const hash of hashes.slice(0, 5))
      assert.equal((await readApi(world.app, 'Patient', hash)).status, 401)
    for (const { id_hash } of payloads.slice(0, 5)) {
      assert.equal((await world.refresh(id_hash, world.client)).body.error, 'invalid_grant')
      assert.equal((await world.redeem(id_hash, world.client)).body.error, 'invalid_grant')
    }
  })

  // The last one: it moves the clock on by more than a year.
  prove('refreshExpires', async () => {
    const { refresh_token } = await world.tokensOf(world.client)
    world.app.clock.forward(397 * 24 * 3600)
    assert.equal((await world.refresh(refresh_token, world.client)).body.error, 'invalid_grant')
  })

  complete()
})

async function signInOf({ app }: World) {
  const account = await app.modules.accounts.findByEmail(person)
  return app.modules.accounts.startSignIn(account?.id ?? '', { ip: '192.0.2.9', userAgent: 'x' })
}

function unsigned(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(claims)}.`
}
