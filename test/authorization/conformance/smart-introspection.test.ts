import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import {
  aKey,
  anApprovedService,
  askForBackendToken,
  assertionType,
  signAssertion,
} from '../clients/client-keys.ts'
import { type Form, openWorld, proofOf, type World } from './open-world.ts'
import { rulesOf } from './rules.ts'
import { smartRules } from './smart-rules.ts'

describe('SMART App Launch 2.2: token introspection', () => {
  const { prove, complete } = rulesOf(smartRules, 'smart-introspection')
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  const introspect = async (token: string, by: Form = proofOf(world.client)) =>
    (await world.post('/o/introspect/', { token, ...by })).body
  const everything = 'launch/patient openid fhirUser patient/*.rs'

  prove('introspectFields', async () => {
    for (const duration of ['until-ended', 'month', 'once']) {
      const answer = await world.tokensOf(world.client, { scope: 'patient/*.rs' }, { duration })
      // The clock of the test stands still: the remaining time is what the token answer said.
      const askedAt = Date.now() / 1000
      const body = await introspect(answer.access_token)
      assert.equal(body.active, true)
      assert.deepEqual(new Set(String(body.scope).split(' ')), new Set(['patient/*.rs']))
      assert.equal(body.client_id, world.client.id)
      const remaining = Number(body.exp) - Number(answer.expires_in)
      assert.ok(remaining >= askedAt - 2 && remaining <= Date.now() / 1000 + 2, String(body.exp))
    }
  })

  prove('introspectContext', async () => {
    const answer = await world.tokensOf(world.client, { scope: everything })
    for (const token of [answer.access_token, answer.refresh_token]) {
      const body = await introspect(token)
      for (const name of ['patient', 'need_patient_banner', 'smart_style_url'])
        assert.equal(body[name], answer[name], name)
    }
    const without = await world.tokensOf(world.client, { scope: 'patient/*.rs' })
    assert.equal('need_patient_banner' in (await introspect(without.access_token)), false)
  })

  prove('introspectIdentity', async () => {
    const answer = await world.tokensOf(world.client, { scope: everything })
    const claims = JSON.parse(
      Buffer.from(String(answer.id_token).split('.')[1] ?? '', 'base64url').toString(),
    )
    const body = await introspect(answer.access_token)
    for (const name of ['iss', 'sub', 'fhirUser']) assert.equal(body[name], claims[name], name)
  })

  const byToken = (token: string, presented: string, form: Form = {}) =>
    world.post('/o/introspect/', { token, ...form }, { authorization: `Bearer ${presented}` })

  prove('introspectByToken', async () => {
    for (const who of [world.client, world.open]) {
      const answer = await world.tokensOf(who, { scope: everything }, { duration: 'month' })
      for (const token of [answer.access_token, answer.refresh_token]) {
        const { response, body } = await byToken(token, answer.access_token)
        assert.equal(response.status, 200, JSON.stringify(body))
        assert.match(response.headers.get('cache-control') ?? '', /no-store/)
        assert.equal(body.active, true)
        assert.equal(body.client_id, who.id)
        assert.equal(body.patient, answer.patient)
        assert.equal(body.access_grant_expiration, answer.access_grant_expiration)
        if (who === world.client) {
          const byEngine = await introspect(token)
          for (const name of Object.keys(body).filter((each) => each !== 'exp'))
            assert.deepEqual(body[name], byEngine[name], name)
        }
      }
    }
  })
  prove(
    'introspectByToken',
    async () => {
      const key = await aKey('ES384')
      const service = await anApprovedService(world.app, world.clinic, key)
      const { access_token } = (await askForBackendToken(world.app, service.id, key)).body
      const { body } = await byToken(access_token, access_token)
      assert.deepEqual(
        [body.active, body.client_id, body.scope, 'sub' in body],
        [true, service.id, 'system/*.rs', false],
      )
    },
    'a service',
  )
  prove(
    'introspectByToken',
    async () => {
      const mine = await world.tokensOf(world.client)
      const theirs = await world.tokensOf(world.other)
      const used = await world.tokensOf(world.client)
      await world.post('/o/revoke/', { token: used.access_token, ...proofOf(world.client) })
      const tokens = [
        theirs.access_token,
        theirs.refresh_token,
        used.access_token,
        used.refresh_token,
        'made-up',
      ]
      for (const token of tokens)
        assert.deepEqual((await byToken(token, mine.access_token)).body, { active: false })
    },
    'it learns nothing about tokens of others, ended and made-up ones',
  )

  const unproven: Array<[string, () => Promise<[string, Form?]>, number, string]> = [
    ['a made-up token', async () => ['made-up'], 401, 'invalid_token'],
    [
      'a refresh token',
      async () => [(await world.tokensOf(world.client)).refresh_token],
      401,
      'invalid_token',
    ],
    ['a client secret', async () => [world.client.secret], 401, 'invalid_token'],
    ['a revoked token', () => revoked(), 401, 'invalid_token'],
    [
      'nothing to ask about',
      async () => [(await world.tokensOf(world.client)).access_token, { token: '' }],
      400,
      'invalid_request',
    ],
    [
      'a secret beside the token',
      async () => [(await world.tokensOf(world.client)).access_token, { client_secret: world.client.secret }],
      400,
      'invalid_request',
    ],
  ]
  for (const [title, presented, status, error] of unproven)
    prove(
      'introspectByToken',
      async () => {
        const [token, form] = await presented()
        const { response, body } = await byToken('x', token, form)
        assert.equal(response.status, status)
        assert.equal(body.error, error)
        assert.ok(String(body.error_description).length > 20)
        assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer /)
      },
      `${title} proves nothing`,
    )

  const strangers: Array<[string, () => Promise<Form>]> = [
    ['another application', async () => proofOf(world.other)],
    ['a public application', async () => proofOf(world.open)],
    ['a backend service', () => ofService()],
  ]
  for (const [title, by] of strangers)
    prove(
      'introspectAccess',
      async () => {
        const answer = await world.tokensOf(world.client, { scope: everything })
        for (const token of [answer.access_token, answer.refresh_token])
          assert.deepEqual(await introspect(token, await by()), { active: false })
      },
      title,
    )
  prove(
    'introspectAccess',
    async () => {
      const { access_token } = await world.tokensOf(world.open)
      assert.deepEqual(await introspect(access_token, proofOf(world.open)), { active: false })
    },
    'an application that cannot prove who it is',
  )
  prove(
    'introspectAccess',
    async () => {
      const key = await aKey('ES384')
      const service = await anApprovedService(world.app, world.clinic, key)
      const { access_token } = (await askForBackendToken(world.app, service.id, key)).body
      assert.deepEqual(await introspect(access_token), { active: false })
    },
    'the token of a service',
  )

  complete()

  async function revoked(): Promise<[string]> {
    const { access_token } = await world.tokensOf(world.client)
    await world.post('/o/revoke/', { token: access_token, ...proofOf(world.client) })
    return [access_token]
  }
  async function ofService(): Promise<Form> {
    const key = await aKey('ES384')
    const service = await anApprovedService(world.app, world.clinic, key)
    return {
      client_assertion_type: assertionType,
      client_assertion: await signAssertion(world.app, service.id, key),
    }
  }
})
