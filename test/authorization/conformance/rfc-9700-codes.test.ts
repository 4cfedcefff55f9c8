import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import { openConsent, postToken, readApi } from '../../support/authorize.ts'
import { redirectUri } from '../../support/people.ts'
import { aChallenge, type Form, openWorld, person, proofOf, type World } from './open-world.ts'
import { rfc9700Rules } from './rfc-9700-rules.ts'
import { rulesOf } from './rules.ts'

describe('RFC 9700: codes and PKCE', () => {
  const { prove, complete } = rulesOf(rfc9700Rules, 'rfc-9700-codes')
  let world: World
  before(async () => {
    world = await openWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  const claimsOf = (token: unknown) =>
    JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString())
  const request = (change: Form): Form => ({
    response_type: 'code',
    redirect_uri: redirectUri,
    client_id: world.client.id,
    ...change,
  })
  const errorOf = async (params: Form) => {
    const { headers } = await world.ask(params)
    const back = new URL(headers.get('location') ?? 'about:blank')
    assert.equal(back.origin + back.pathname, redirectUri)
    return (back.hash === '' ? back.searchParams : new URLSearchParams(back.hash.slice(1))).get('error')
  }

  const withoutPkce: Array<[string, Form]> = [
    ['nothing', {}],
    ['an empty challenge', { code_challenge: '', code_challenge_method: 'S256' }],
    ['a method alone', { code_challenge_method: 'S256' }],
  ]
  for (const [title, params] of withoutPkce)
    prove(
      'publicNeedsPkce',
      async () => {
        assert.equal(await errorOf(request({ client_id: world.open.id, ...params })), 'invalid_request')
        const pushed = await world.post('/o/par/', request({ client_id: world.open.id, ...params }))
        assert.equal(pushed.response.status, 400)
        assert.equal(pushed.body.error, 'invalid_request')
      },
      title,
    )

  prove('pkceSupported', async () => {
    for (const who of [world.open, world.client]) {
      const { verifier, params } = aChallenge()
      const code = await world.codeFor(who, params)
      const { status, body } = await world.redeem(code, who, { code_verifier: verifier })
      assert.equal(status, 200, JSON.stringify(body))
    }
  })

  const wrongVerifiers: Array<[string, (right: string) => Form]> = [
    ['none', () => ({})],
    ['an empty one', () => ({ code_verifier: '' })],
    ['another one', () => ({ code_verifier: aChallenge().verifier })],
    ['the challenge itself', (right) => ({ code_verifier: aChallenge(right).params.code_challenge })],
    ['a part of it', (right) => ({ code_verifier: right.slice(0, 42) })],
    ['it with more behind', (right) => ({ code_verifier: `${right}x` })],
    ['it in capitals', (right) => ({ code_verifier: right.toUpperCase() })],
    ['one of 129 characters', () => ({ code_verifier: 'x'.repeat(129) })],
    ['one with a forbidden character', (right) => ({ code_verifier: `${right.slice(1)}/` })],
  ]
  for (const who of ['open', 'client'] as const)
    for (const [title, change] of wrongVerifiers)
      prove(
        'pkceEnforced',
        async () => {
          const { verifier, params } = aChallenge()
          const code = await world.codeFor(world[who], params)
          const { status, body } = await world.redeem(code, world[who], change(verifier))
          assert.equal(status, 400)
          assert.match(String(body.error), /^invalid_(grant|request)$/)
          assert.equal(body.access_token, undefined)
        },
        `${who === 'open' ? 'public' : 'confidential'}, ${title}`,
      )

  prove(
    'pkceEnforced',
    async () => {
      const [mine, theirs] = [aChallenge(), aChallenge()]
      const code = await world.codeFor(world.open, theirs.params)
      const { body } = await world.redeem(code, world.open, { code_verifier: mine.verifier })
      assert.equal(body.error, 'invalid_grant')
    },
    'the verifier of another request of the same client',
  )

  prove('pkceDowngrade', async () => {
    const code = await world.codeFor(world.client)
    const { body } = await world.redeem(code, world.client, { code_verifier: aChallenge().verifier })
    assert.equal(body.error, 'invalid_grant')
    assert.match(String(body.error_description), /only one of the two/)
  })
  prove(
    'pkceDowngrade',
    async () => {
      const { verifier } = aChallenge()
      assert.equal(await errorOf(request({ code_challenge_method: 'S256' })), 'invalid_request')
      const code = await world.codeFor(world.client, { code_challenge: '' })
      assert.equal(
        (await world.redeem(code, world.client, { code_verifier: verifier })).body.error,
        'invalid_grant',
      )
    },
    'the challenge was taken out of the request on its way',
  )

  const plain: Array<[string, Form]> = [
    ['plain', { code_challenge_method: 'plain' }],
    ['no method, which means plain', {}],
    ['the method in small letters', { code_challenge_method: 's256' }],
    ['a method that is none', { code_challenge_method: 'S512' }],
  ]
  for (const [title, method] of plain)
    prove(
      'pkcePlain',
      async () => {
        const challenge = { code_challenge: aChallenge().verifier, ...method }
        for (const { id } of [world.open, world.client])
          assert.equal(await errorOf(request({ client_id: id, ...challenge })), 'invalid_request')
        assert.equal(
          (await world.post('/o/par/', request({ ...proofOf(world.client), ...challenge }))).body.error,
          'invalid_request',
        )
      },
      title,
    )

  prove('pkceDetected', async () => {
    for (const path of [
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/fhir/r4/.well-known/smart-configuration',
    ]) {
      const document = (await (await world.get(path)).json()) as Record<string, unknown>
      assert.deepEqual(document.code_challenge_methods_supported, ['S256'])
    }
  })

  for (const response_type of [
    'token',
    'id_token',
    'id_token token',
    'code token',
    'code id_token',
    'code id_token token',
    'none',
    'Code',
    '',
  ])
    prove(
      'noImplicit',
      async () => {
        const error = await errorOf(request({ response_type, scope: 'openid patient/*.rs', nonce: 'n' }))
        assert.match(String(error), /^(unsupported_response_type|invalid_request)$/)
      },
      JSON.stringify(response_type),
    )

  const grantTypes: Array<[string, Form]> = [
    ['password', { username: person, password: 'a-long-enough-password', scope: 'patient/*.rs' }],
    ['implicit', {}],
    ['urn:ietf:params:oauth:grant-type:jwt-bearer', { assertion: 'x' }],
    ['urn:ietf:params:oauth:grant-type:saml2-bearer', { assertion: 'x' }],
    ['urn:ietf:params:oauth:grant-type:device_code', { device_code: 'x' }],
    ['urn:ietf:params:oauth:grant-type:token-exchange', { subject_token: 'x' }],
    ['urn:openid:params:grant-type:ciba', { auth_req_id: 'x' }],
    ['', {}],
  ]
  for (const [grant_type, form] of grantTypes)
    prove(
      'noPassword',
      async () => {
        const { status, body } = await postToken(world.app, { grant_type, ...proofOf(world.client), ...form })
        assert.equal(status, 400)
        assert.equal(body.error, grant_type === '' ? 'invalid_request' : 'unsupported_grant_type')
      },
      grant_type === '' ? 'none' : grant_type,
    )

  prove('codeOnce', async () => {
    const code = await world.codeFor(world.client)
    const first = await world.redeem(code, world.client)
    assert.equal((await readApi(world.app, 'Patient', first.body.access_token)).status, 200)
    assert.equal((await world.redeem(code, world.client)).body.error, 'invalid_grant')
    assert.equal((await readApi(world.app, 'Patient', first.body.access_token)).status, 401)
    assert.equal((await world.refresh(first.body.refresh_token, world.client)).body.error, 'invalid_grant')
  })

  for (const round of [1, 2, 3])
    prove(
      'codeRace',
      async () => {
        const { verifier, params } = aChallenge()
        const code = await world.codeFor(world.open, params)
        const tries = Array.from({ length: 12 }, () =>
          world.redeem(code, world.open, { code_verifier: verifier }),
        )
        const answers = await Promise.all(tries)
        assert.equal(answers.filter(({ status }) => status === 200).length, 1)
        for (const { status, body } of answers) if (status !== 200) assert.equal(body.error, 'invalid_grant')
        // Somebody else has the code, too: what the winner got is over.
        for (const { body } of answers)
          if (body.access_token)
            assert.equal((await readApi(world.app, 'Patient', body.access_token)).status, 401)
      },
      `round ${round}`,
    )

  const strangers: Array<[string, () => Promise<Form>]> = [
    ['another client', async () => proofOf(world.other)],
    ['another client without a secret', async () => proofOf(world.otherOpen)],
    ['its client without its secret', async () => ({ client_id: world.client.id })],
    [
      'its client by the secret of another',
      async () => ({ client_id: world.client.id, client_secret: world.other.secret }),
    ],
    [
      'another redirect URI',
      async () => ({ ...proofOf(world.client), redirect_uri: 'https://evil.example/cb' }),
    ],
    ['no redirect URI', async () => ({ ...proofOf(world.client), redirect_uri: '' })],
    ['a longer redirect URI', async () => ({ ...proofOf(world.client), redirect_uri: `${redirectUri}/` })],
  ]
  for (const [title, form] of strangers)
    prove(
      'codeBound',
      async () => {
        const code = await world.codeFor(world.client)
        const common = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
        const { status, body } = await postToken(world.app, { ...common, ...(await form()) })
        assert.ok([400, 401].includes(status))
        assert.match(String(body.error), /^invalid_(grant|client|request)$/)
        // Nothing was used up by the stranger: the client itself still gets its tokens.
        assert.equal((await world.redeem(code, world.client)).status, 200)
      },
      title,
    )

  prove(
    'codeBound',
    async () => {
      const code = await world.codeFor(world.other)
      const { body } = await world.redeem(code, world.client)
      assert.equal(body.error, 'invalid_grant')
      assert.match(String(body.error_description), /another application/)
    },
    'a code that was injected into another client',
  )

  prove('nonceBound', async () => {
    const scope = 'openid patient/*.rs'
    const [one, two] = await Promise.all(
      ['n-1', 'n-2'].map((nonce) => world.tokensOf(world.client, { scope, nonce })),
    )
    assert.deepEqual([claimsOf(one?.id_token).nonce, claimsOf(two?.id_token).nonce], ['n-1', 'n-2'])
    const without = await world.tokensOf(world.client, { scope })
    assert.equal('nonce' in claimsOf(without.id_token), false)
    const { page } = await openConsent(world.app, request({ scope, nonce: 'n-3' }), person)
    assert.doesNotMatch(page.body, /n-3/)
  })

  complete()
})
