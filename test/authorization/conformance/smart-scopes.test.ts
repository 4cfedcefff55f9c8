import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { openConsent, readApi } from '../../support/authorize.ts'
import { aReader, redirectUri } from '../../support/people.ts'
import { type Form, openWorld, person, type World } from './open-world.ts'
import { rulesOf } from './rules.ts'
import { smartRules } from './smart-rules.ts'

const parent = 'parent@example.com'

describe('SMART App Launch 2.2: scopes and launch context', () => {
  const { prove, complete } = rulesOf(smartRules, 'smart-scopes')
  let world: World
  before(async () => {
    world = await openWorld()
    await aReader(world.app, world.clinic, parent, ['ana', 'ben'], 'parent')
  })
  after(() => world[Symbol.asyncDispose]())

  const tokens = (scope: string, answer = {}) => world.tokensOf(world.client, { scope }, answer)
  const status = async (token: string, path: string) =>
    (await world.get(`/fhir/r4/${path}`, { authorization: `Bearer ${token}` })).status
  const withoutOffline = (scope: string) =>
    new Set(scope.split(' ').filter((each) => each !== 'offline_access'))

  for (const scope of ['patient/*.read', 'patient/Immunization.read', 'user/Observation.read'])
    prove(
      'versionOne',
      async () => assert.deepEqual(withoutOffline((await tokens(scope)).scope), new Set([scope])),
      scope,
    )

  const letters: Array<[string, number, number]> = [
    ['patient/Immunization.rs', 200, 200],
    ['patient/Immunization.r', 200, 403],
    ['patient/Immunization.s', 403, 200],
    ['user/Immunization.rs', 200, 200],
    ['patient/Observation.rs', 403, 403],
  ]
  for (const [scope, read, search] of letters)
    prove(
      'versionTwo',
      async () => {
        const { access_token } = await tokens(scope)
        assert.equal(await status(access_token, 'Immunization/ana-imm-0000'), read)
        assert.equal(await status(access_token, 'Immunization'), search)
      },
      scope,
    )

  prove('granular', async () => {
    const lab =
      'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory'
    const { access_token, scope } = await tokens(lab)
    assert.deepEqual(withoutOffline(scope), new Set([lab]))
    // The observation of the example has no category.
    assert.equal(await status(access_token, 'Observation/ana-obs-0000'), 404)
    assert.equal(await status(access_token, 'Observation/ana-obs-0000/_history'), 403)
    assert.equal(await status(access_token, 'Observation?code=8867-4'), 200)
  })

  const malformed = [
    ...[
      'everything',
      'patient',
      'patient/',
      'patient/*',
      'patient/*.',
      'patient/*.x',
      'patient/*.sr',
      'patient/*.rr',
    ],
    ...[
      'patient/*.READ',
      'Patient/*.rs',
      'patient/immunization.rs',
      'practitioner/*.rs',
      'patient/*.rs?',
      'system/*.rs',
    ],
    ...['patient/Observation.rs?category', 'patient/Observation.rs?=x', 'patient\\*.rs', 'fhirUser profile'],
  ]
  for (const scope of malformed)
    prove(
      'malformedScope',
      async () => {
        const params: Form = {
          response_type: 'code',
          client_id: world.client.id,
          redirect_uri: redirectUri,
          scope,
        }
        const back = new URL((await world.ask(params)).headers.get('location') ?? '').searchParams
        assert.equal(back.get('error'), 'invalid_scope')
        assert.ok(String(back.get('error_description')).length > 20)
      },
      scope,
    )
  prove(
    'malformedScope',
    async () =>
      assert.deepEqual(
        withoutOffline((await tokens('everything patient/Immunization.rs')).scope),
        new Set(['patient/Immunization.rs']),
      ),
    'beside one that is',
  )

  prove('patientContext', async () => {
    const scope = 'launch/patient patient/*.rs'
    const params = { response_type: 'code', client_id: world.client.id, redirect_uri: redirectUri, scope }
    const { page } = await openConsent(world.app, params, parent)
    assert.equal(page.body.match(/<input type="radio" name="person"/g)?.length, 2)
    const answer = await tokens(scope)
    assert.equal(answer.patient, 'ana')
    assert.equal(answer.need_patient_banner, true)
    assert.ok(URL.canParse(String(answer.smart_style_url)))
  })

  prove('patientScoped', async () => {
    const { access_token, patient } = await tokens('launch/patient patient/*.rs')
    assert.equal(await status(access_token, `Patient/${patient}`), 200)
    for (const path of [
      'Patient/ben',
      'Immunization/ben-imm-0000',
      'Observation/ben-obs-0000',
      'Patient/ben/$everything',
    ])
      assert.equal(await status(access_token, path), 404, path)
    for (const path of ['Immunization?patient=ben', 'Patient?_id=ben', 'Observation?subject=Patient/ben']) {
      const response = await world.get(`/fhir/r4/${path}`, { authorization: `Bearer ${access_token}` })
      assert.equal(((await response.json()) as { total: number }).total, 0, path)
    }
  })

  prove('grantedScopes', async () => {
    const answer = await tokens('patient/*.rs patient/Observation.cruds', { kinds: ['Immunization'] })
    assert.deepEqual(withoutOffline(answer.scope), new Set(['patient/Immunization.rs']))
    assert.equal((await readApi(world.app, 'Observation', answer.access_token)).status, 403)
  })

  prove('fhirUser', async () => {
    const answer = await tokens('openid fhirUser patient/*.rs')
    const { fhirUser } = claimsOf(answer.id_token)
    assert.ok(URL.canParse(String(fhirUser)))
    const response = await fetch(String(fhirUser), {
      headers: { authorization: `Bearer ${answer.access_token}` },
    })
    assert.equal(((await response.json()) as { resourceType: string }).resourceType, 'Patient')
  })

  prove('signedRs256', async () => {
    const { id_token } = await tokens('openid patient/*.rs')
    const configuration = (await (await world.get('/.well-known/openid-configuration')).json()) as Record<
      string,
      string
    >
    const keys = createRemoteJWKSet(new URL(configuration.jwks_uri ?? ''))
    const expected = { issuer: world.app.portalUrl, audience: world.client.id, algorithms: ['RS256'] }
    const { payload } = await jwtVerify(String(id_token), keys, expected)
    const account = await world.app.modules.accounts.findByEmail(person)
    assert.equal(payload.sub, account?.id)
    assert.ok(decodeProtectedHeader(String(id_token)).kid)
    const published = (await (await fetch(configuration.jwks_uri ?? '')).json()) as {
      keys: Array<Record<string, string>>
    }
    for (const key of published.keys) {
      assert.ok(key.kty === 'RSA' && key.n && key.e && key.kid)
      for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi']) assert.equal(part in key, false)
    }
  })

  prove('noIdToken', async () => {
    for (const scope of ['patient/*.rs', 'fhirUser patient/*.rs', 'profile patient/*.rs'])
      assert.equal((await tokens(scope)).id_token, undefined, scope)
    const { access_token } = await tokens('fhirUser patient/*.rs')
    assert.equal((await world.get('/o/userinfo/', { authorization: `Bearer ${access_token}` })).status, 403)
    assert.equal('fhirUser' in claimsOf((await tokens('openid patient/*.rs')).id_token), false)
  })

  complete()
})

function claimsOf(token: unknown): Record<string, unknown> {
  return JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString())
}
