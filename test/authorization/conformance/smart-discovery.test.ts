import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { postToken } from '../../support/authorize.ts'
import { redirectUri } from '../../support/people.ts'
import { aKey, anApprovedService, askForBackendToken } from '../clients/client-keys.ts'
import { aChallenge, openWorld, proofOf, type World } from './open-world.ts'
import { rulesOf } from './rules.ts'
import { smartRules } from './smart-rules.ts'

const bases = ['/fhir/r4', '/onpatient_api/fhir']

interface Configuration extends Record<string, unknown> {
  scopes_supported: string[]
  capabilities: string[]
  grant_types_supported: string[]
}

describe('SMART App Launch 2.2: discovery', () => {
  const { prove, complete } = rulesOf(smartRules, 'smart-discovery')
  let world: World
  before(async () => {
    world = await openWorld({ REGISTRATION: 'open' })
  })
  after(() => world[Symbol.asyncDispose]())

  const read = async (base = '/fhir/r4', headers = {}) => {
    const response = await world.get(`${base}/.well-known/smart-configuration`, headers)
    return { response, document: (await response.json()) as Configuration }
  }

  for (const base of bases) {
    prove('wellKnown', async () => assert.equal((await read(base)).response.status, 200), base)
    for (const accept of ['', 'text/html', 'application/fhir+xml', 'application/json+fhir', 'image/png'])
      prove(
        'alwaysJson',
        async () => {
          const { response } = await read(base, accept === '' ? {} : { accept })
          assert.equal(response.status, 200)
          assert.match(response.headers.get('content-type') ?? '', /^application\/json(;|$)/)
        },
        `${base}, ${accept || 'no Accept'}`,
      )
  }

  prove('absoluteUrls', async () => {
    const { document } = await read()
    const endpoints = Object.entries(document).filter(([name]) => /_(endpoint|uri)$/.test(name))
    assert.ok(endpoints.length >= 8)
    for (const [name, address] of endpoints) {
      assert.match(String(address), /^https?:\/\//, name)
      const { status } = await fetch(String(address), { redirect: 'manual' })
      assert.ok(status < 500 && status !== 404, `${name} answers ${status}`)
    }
  })

  const required = [
    'grant_types_supported',
    'token_endpoint',
    'capabilities',
    'code_challenge_methods_supported',
  ]
  // Because of sso-openid-connect and launch-standalone.
  const conditional = ['issuer', 'jwks_uri', 'authorization_endpoint']
  for (const field of [...required, ...conditional])
    prove('requiredFields', async () => assert.ok((await read()).document[field]), field)
  const recommended = [
    'scopes_supported',
    'response_types_supported',
    'management_endpoint',
    'introspection_endpoint',
    'revocation_endpoint',
    'registration_endpoint',
  ]
  for (const field of recommended)
    prove('recommendedFields', async () => assert.ok((await read()).document[field]), field)

  prove('grantTypes', async () => {
    const { document } = await read()
    for (const grant_type of [...document.grant_types_supported, 'password', 'implicit']) {
      const { body } = await postToken(world.app, {
        grant_type,
        code: 'x',
        refresh_token: 'x',
        redirect_uri: redirectUri,
        ...proofOf(world.client),
      })
      const isKnown = body.error !== 'unsupported_grant_type'
      assert.equal(isKnown, document.grant_types_supported.includes(grant_type), grant_type)
    }
  })

  prove('s256', async () =>
    assert.ok(((await read()).document.code_challenge_methods_supported as string[]).includes('S256')),
  )
  for (const method of ['plain', undefined])
    prove(
      'notPlain',
      async () => {
        assert.ok(!((await read()).document.code_challenge_methods_supported as string[]).includes('plain'))
        const challenge = {
          code_challenge: aChallenge().verifier,
          ...(method ? { code_challenge_method: method } : {}),
        }
        const { headers } = await world.ask({
          response_type: 'code',
          client_id: world.open.id,
          redirect_uri: redirectUri,
          ...challenge,
        })
        assert.match(headers.get('location') ?? '', /error=invalid_request/)
      },
      method ?? 'no method',
    )

  prove('scopesSupported', async () => {
    const { document } = await read()
    // What a launch or the choice of a visit gives is proven in smart-ehr-launch.
    const ofLaunch = ['launch', 'launch/encounter']
    const forPeople = document.scopes_supported.filter(
      (scope) => !scope.startsWith('system/') && !ofLaunch.includes(scope),
    )
    for (const scope of forPeople) {
      const tokens = await world.tokensOf(world.client, { scope: `${scope} patient/*.rs` })
      assert.ok(tokens.scope.split(' ').includes(scope), `${scope} is not in ${tokens.scope}`)
    }
    const key = await aKey('ES384')
    const service = await anApprovedService(world.app, world.clinic, key)
    for (const scope of document.scopes_supported.filter((each) => each.startsWith('system/')))
      assert.equal((await askForBackendToken(world.app, service.id, key, { scope })).body.scope, scope)
  })

  const known = [
    ...[
      'launch-ehr',
      'launch-standalone',
      'authorize-post',
      'client-public',
      'client-confidential-symmetric',
    ],
    ...[
      'client-confidential-asymmetric',
      'sso-openid-connect',
      'context-banner',
      'context-style',
      'context-ehr-patient',
    ],
    ...[
      'context-ehr-encounter',
      'context-standalone-patient',
      'context-standalone-encounter',
      'permission-offline',
    ],
    ...[
      'permission-online',
      'permission-patient',
      'permission-user',
      'permission-v1',
      'permission-v2',
      'smart-app-state',
    ],
  ]
  prove('capabilities', async () => {
    for (const base of bases) {
      const { capabilities } = (await read(base)).document
      for (const each of capabilities) assert.ok(known.includes(each) || URL.canParse(each), each)
      assert.equal(new Set(capabilities).size, capabilities.length)
      // The capability sets "Patient Access for Standalone Apps" and "Clinician Access for Standalone".
      for (const each of [
        'launch-standalone',
        'client-public',
        'client-confidential-symmetric',
        'context-standalone-patient',
        'permission-patient',
        'permission-user',
      ])
        assert.ok(capabilities.includes(each), each)
    }
  })

  prove('corsDiscovery', async () => {
    const addresses = [
      ...bases.flatMap((base) => [`${base}/.well-known/smart-configuration`, `${base}/Patient`]),
      '/fhir/r4/metadata',
      '/o/token/',
    ]
    for (const path of addresses) {
      const response = await world.get(path, { origin: 'https://spa.example' })
      assert.equal(response.headers.get('access-control-allow-origin'), '*', path)
    }
  })

  complete()
})
