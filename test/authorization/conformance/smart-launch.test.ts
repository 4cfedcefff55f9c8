import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { authorize, readApi } from '../../support/authorize.ts'
import { openBrowser } from '../../support/browser.ts'
import { redirectUri } from '../../support/people.ts'
import { aChallenge, type Form, openWorld, person, proofOf, type World } from './open-world.ts'
import { rulesOf } from './rules.ts'
import { smartRules } from './smart-rules.ts'

const day = 24 * 3600

describe('SMART App Launch 2.2: app launch', () => {
  const { prove, complete } = rulesOf(smartRules, 'smart-launch')
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  const request = (change: Form = {}): Form => ({
    response_type: 'code',
    client_id: world.client.id,
    redirect_uri: redirectUri,
    ...change,
  })

  prove('getAndPost', async () => {
    const browser = openBrowser()
    for (const start of [
      await browser.get(`${world.app.portalUrl}/o/authorize/?${new URLSearchParams(request())}`),
      await browser.post(`${world.app.portalUrl}/o/authorize/`, request()),
    ])
      assert.match((await browser.follow(start, world.app.portalUrl)).body, /Sign in/)
  })

  prove('aud', async () => {
    for (const path of ['/fhir/r4', '/fhir/r4/', '/onpatient_api/fhir'])
      assert.ok(await world.codeFor(world.client, { aud: world.app.fhirUrl + path }), path)
  })
  for (const aud of ['https://other.example/fhir/r4', 'fhir/r4', '/fhir/r4', 'https://other.example/'])
    prove(
      'aud',
      async () => {
        const back = new URL((await world.ask(request({ aud }))).headers.get('location') ?? '', 'about:blank')
        assert.equal(back.searchParams.get('error'), 'invalid_request')
      },
      JSON.stringify(aud),
    )

  prove('redirectRequired', async () => {
    const { redirect_uri: _left, ...without } = request()
    assert.equal((await world.ask(without)).status, 400)
    const code = await world.codeFor(world.client)
    const { response } = await world.post('/o/token/', {
      grant_type: 'authorization_code',
      code,
      ...proofOf(world.client),
    })
    assert.equal(response.status, 400)
  })

  prove('verifierRequired', async () => {
    const { verifier, params } = aChallenge()
    const code = await world.codeFor(world.open, params)
    for (const form of [
      {},
      { code_verifier: aChallenge().verifier },
      { code_verifier: params.code_challenge },
    ])
      assert.match(String((await world.redeem(code, world.open, form)).body.error), /^invalid_/)
    const { body } = await world.redeem(await world.codeFor(world.open, params), world.open, {
      code_verifier: verifier,
    })
    assert.ok(body.access_token)
  })

  for (const state of ['a', '98wrghuwuogerg97', '{"x":[1]}', 'ü ö%20+&=#', 'x'.repeat(2000)])
    prove(
      'stateEchoed',
      async () => {
        assert.equal((await authorize(world.app, world.client.id, person, { state })).get('state'), state)
        const refused = await authorize(world.app, world.client.id, person, { state }, { decision: 'Cancel' })
        assert.equal(refused.get('state'), state)
      },
      state.slice(0, 20),
    )
  prove(
    'stateEchoed',
    async () => assert.equal((await authorize(world.app, world.client.id, person)).has('state'), false),
    'none when none was sent',
  )

  prove('tokenAnswer', async () => {
    const scope = 'launch/patient openid fhirUser offline_access patient/*.rs'
    for (const who of [world.client, world.open]) {
      const body = await world.tokensOf(who, { scope })
      assert.match(body.access_token, /^[A-Za-z0-9\-._~+/]+=*$/)
      assert.equal(body.token_type, 'Bearer')
      assert.ok(Number.isInteger(body.expires_in))
      assert.deepEqual(new Set(body.scope.split(' ')), new Set(scope.split(' ')))
      assert.equal(body.patient, 'ana')
      assert.equal(typeof body.id_token, 'string')
      assert.equal(typeof body.refresh_token, 'string')
    }
  })

  prove('noStore', async () => {
    const code = await world.codeFor(world.client)
    const good = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      ...proofOf(world.client),
    }
    for (const form of [good, good, {}, { ...good, client_secret: 'x' }])
      for (const path of ['token', 'revoke', 'introspect']) {
        const { response } = await world.post(`/o/${path}/`, form)
        assert.match(response.headers.get('cache-control') ?? '', /no-store/)
        assert.equal(response.headers.get('pragma'), 'no-cache')
      }
  })

  prove('confidentialProof', async () => {
    const code = await world.codeFor(world.client)
    for (const form of [{ client_secret: '' }, { client_secret: 'x' }, { client_secret: world.other.secret }])
      assert.equal((await world.redeem(code, world.client, form)).body.error, 'invalid_client')
    const { verifier, params } = aChallenge()
    const ofOpen = await world.codeFor(world.open, params)
    const { body } = await world.redeem(ofOpen, world.open, { code_verifier: verifier, client_secret: 'x' })
    assert.equal(body.error, 'invalid_client')
  })

  prove('refreshAnswer', async () => {
    const first = await world.tokensOf(world.client, {
      scope: 'launch/patient offline_access patient/Immunization.rs patient/Observation.rs',
    })
    const second = (await world.refresh(first.refresh_token, world.client)).body
    assert.equal(second.scope, first.scope)
    assert.deepEqual([second.token_type, second.patient], ['Bearer', 'ana'])
    assert.ok(Number(second.expires_in) > 0)
    const fewer = (
      await world.refresh(second.refresh_token, world.client, { scope: 'patient/Immunization.rs' })
    ).body
    assert.equal((await readApi(world.app, 'Immunization', fewer.access_token)).status, 200)
    assert.equal((await readApi(world.app, 'Observation', fewer.access_token)).status, 403)
  })
  for (const scope of ['patient/*.rs', 'patient/Observation.cruds', 'user/Observation.rs', 'openid'])
    prove(
      'refreshAnswer',
      async () => {
        const { refresh_token } = await world.tokensOf(world.client, { scope: 'patient/Observation.rs' })
        assert.equal(
          (await world.refresh(refresh_token, world.client, { scope })).body.error,
          'invalid_scope',
        )
      },
      `${scope} is more`,
    )

  prove('refreshBound', async () => {
    const { refresh_token } = await world.tokensOf(world.open)
    for (const who of [world.otherOpen, world.client])
      assert.equal((await world.refresh(refresh_token, who)).body.error, 'invalid_grant')
    assert.equal((await world.refresh(refresh_token, world.open)).status, 200)
  })

  prove('tokenChecked', async () => {
    const { access_token, expires_in } = await world.tokensOf(world.client, {
      scope: 'patient/Immunization.rs',
    })
    assert.equal((await readApi(world.app, 'Immunization', access_token)).status, 200)
    assert.equal((await readApi(world.app, 'Observation', access_token)).status, 403)
    world.app.clock.forward(Number(expires_in))
    const expired = await readApi(world.app, 'Immunization', access_token)
    assert.equal(expired.status, 401)
    assert.match(expired.headers.get('www-authenticate') ?? '', /invalid_token/)
  })

  prove('refreshLifetime', async () => {
    let { refresh_token } = await world.tokensOf(world.client, { scope: 'patient/*.rs offline_access' })
    for (let quarters = 0; quarters < 12; quarters++) {
      world.app.clock.forward(92 * day)
      const { status, body } = await world.refresh(refresh_token, world.client)
      assert.equal(status, 200, JSON.stringify(body))
      refresh_token = body.refresh_token
    }
  })

  complete()
})
