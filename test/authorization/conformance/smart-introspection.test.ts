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
      const issuedAt = world.app.clock.now().getTime() / 1000
      const answer = await world.tokensOf(world.client, { scope: 'patient/*.rs' }, { duration })
      const body = await introspect(answer.access_token)
      assert.equal(body.active, true)
      assert.deepEqual(new Set(String(body.scope).split(' ')), new Set(['patient/*.rs']))
      assert.equal(body.client_id, world.client.id)
      assert.ok(Math.abs(Number(body.exp) - issuedAt - Number(answer.expires_in)) <= 3, `${body.exp}`)
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

  async function ofService(): Promise<Form> {
    const key = await aKey('ES384')
    const service = await anApprovedService(world.app, world.clinic, key)
    return {
      client_assertion_type: assertionType,
      client_assertion: await signAssertion(world.app, service.id, key),
    }
  }
})
