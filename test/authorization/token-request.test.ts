import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { openPortal } from '../portal-api/open-portal.ts'
import { authorize, getTokens, postToken, readApi } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

describe('the token request', () => {
  let app: TestApp
  let clinic: Clinic
  let client: { id: string; secret: string }
  const patient = 'ana@example.com'
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'South Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, patient, ['ana'])
    client = await anApplication(app, clinic)
  })
  after(() => app[Symbol.asyncDispose]())

  const codeForm = (code: string | null, extra: Record<string, string> = {}) => ({
    grant_type: 'authorization_code',
    code: code ?? '',
    redirect_uri: redirectUri,
    client_id: client.id,
    client_secret: client.secret,
    ...extra,
  })
  const basic = (id: string, secret: string) => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  })
  const newCode = async (params = {}) => (await authorize(app, client.id, patient, params)).get('code')

  test('answers with the fields that classic clients read', async () => {
    const body = await getTokens(app, client, patient)
    assert.equal(body.token_type, 'Bearer')
    assert.equal(body.expires_in, 172800)
    assert.equal(body.patient, 'ana')
    assert.deepEqual(
      new Set(body.scope.split(' ')),
      new Set(['patient/*.read', 'user/*.read', 'offline_access']),
    )
    assert.ok(body.refresh_token)
  })

  test('takes the secret by HTTP Basic, with or without client_id in the body', async () => {
    for (const withId of [true, false]) {
      const { client_id, client_secret, ...rest } = codeForm(await newCode())
      const form = withId ? { ...rest, client_id } : rest
      assert.equal((await postToken(app, form, basic(client_id, client_secret))).status, 200)
    }
  })

  test('GET is 405 and says what to use', async () => {
    const response = await fetch(`${app.portalUrl}/o/token/`)
    assert.equal(response.status, 405)
    assert.equal(response.headers.get('allow'), 'POST')
    assert.equal(((await response.json()) as { error: string }).error, 'invalid_request')
  })

  test('a code works once, and its second use ends the tokens of the first', async () => {
    const code = await newCode()
    const first = await postToken(app, codeForm(code))
    assert.equal((await readApi(app, 'Patient', first.body.access_token)).status, 200)
    const second = await postToken(app, codeForm(code))
    assert.equal(second.status, 400)
    assert.equal(second.body.error, 'invalid_grant')
    assert.match(String(second.body.error_description), /used before/)
    assert.equal((await readApi(app, 'Patient', first.body.access_token)).status, 401)
    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: first.body.refresh_token,
      client_id: client.id,
      client_secret: client.secret,
    }
    assert.equal((await postToken(app, refresh)).body.error, 'invalid_grant')
  })

  test('a code reused after it would have expired still ends the tokens of its first use', async () => {
    const code = await newCode()
    const first = await postToken(app, codeForm(code))
    app.clock.forward(3600)
    assert.equal((await postToken(app, codeForm(code))).body.error, 'invalid_grant')
    assert.equal((await readApi(app, 'Patient', first.body.access_token)).status, 401)
  })

  test('of eight parallel redemptions of one code at most one gets tokens, and none that live', async () => {
    const code = await newCode()
    const answers = await Promise.all(Array.from({ length: 8 }, () => postToken(app, codeForm(code))))
    assert.ok(answers.filter((answer) => answer.status === 200).length <= 1)
  })

  test('a code dies after 60 seconds', async () => {
    const code = await newCode()
    app.clock.forward(61)
    const answer = await postToken(app, codeForm(code))
    assert.equal(answer.body.error, 'invalid_grant')
    assert.match(String(answer.body.error_description), /60 seconds/)
  })

  test('an access token dies after 48 hours and says so, a refresh brings a new one', async () => {
    const tokens = await getTokens(app, client, patient)
    app.clock.forward(172800 + 1)
    const expired = await readApi(app, 'Patient', tokens.access_token)
    assert.equal(expired.status, 401)
    assert.match(expired.headers.get('www-authenticate') ?? '', /expired/)
    const refreshed = await postToken(app, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: client.id,
      client_secret: client.secret,
      redirect_uri: redirectUri,
    })
    assert.equal(refreshed.status, 200)
    assert.equal((await readApi(app, 'Patient', refreshed.body.access_token)).status, 200)
  })

  test('a refresh token may come back any number of times within 30 seconds, and all that it brings lives', async () => {
    const tokens = await getTokens(app, client, patient)
    const refresh = (token: string) =>
      postToken(app, {
        grant_type: 'refresh_token',
        refresh_token: token,
        client_id: client.id,
        client_secret: client.secret,
      })
    // Three tabs at once, then two answers that were lost in a row.
    const answers = await Promise.all(Array.from({ length: 3 }, () => refresh(tokens.refresh_token)))
    app.clock.forward(14)
    answers.push(await refresh(tokens.refresh_token))
    app.clock.forward(14)
    answers.push(await refresh(tokens.refresh_token))
    for (const { status, body } of answers) {
      assert.equal(status, 200, JSON.stringify(body))
      assert.equal((await readApi(app, 'Patient', body.access_token)).status, 200)
      assert.equal((await refresh(body.refresh_token)).status, 200)
    }
  })

  test('a refresh token used again after the grace ends the whole grant', async () => {
    const tokens = await getTokens(app, client, patient)
    const form = {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: client.id,
      client_secret: client.secret,
    }
    await postToken(app, form)
    app.clock.forward(20)
    // A later use does not make the time longer.
    const next = await postToken(app, form)
    app.clock.forward(11)
    const late = await postToken(app, form)
    assert.equal(late.body.error, 'invalid_grant')
    assert.match(String(late.body.error_description), /used before, more than 30 seconds ago/)
    const refused = await readApi(app, 'Patient', next.body.access_token)
    assert.equal(refused.status, 401)
    assert.match(JSON.stringify(refused.body), /came twice/)
    const after = await postToken(app, { ...form, refresh_token: next.body.refresh_token })
    assert.match(String(after.body.error_description), /came twice/)
    const portal = await openPortal(app, patient)
    const { endedByReuse, apps } = (await portal.call('GET', '/connected-apps')).body
    const grants = apps.flatMap((each: { grants: object[] }) => each.grants)
    assert.equal(endedByReuse[0].application.id, client.id)
    assert.ok(!grants.some(({ id }: { id: string }) => id === endedByReuse[0].id))
    app.clock.forward(31 * 24 * 3600)
    const later = await openPortal(app, patient)
    assert.deepEqual((await later.call('GET', '/connected-apps')).body.endedByReuse, [])
  })

  test('PKCE: a challenge makes the verifier mandatory, for confidential applications too', async () => {
    const verifier = randomBytes(32).toString('base64url')
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const params = { code_challenge: challenge, code_challenge_method: 'S256' }
    assert.equal((await postToken(app, codeForm(await newCode(params)))).body.error, 'invalid_grant')
    assert.equal(
      (await postToken(app, codeForm(await newCode(params), { code_verifier: 'x'.repeat(43) }))).body.error,
      'invalid_grant',
    )
    assert.equal(
      (await postToken(app, codeForm(await newCode(params), { code_verifier: verifier }))).status,
      200,
    )
  })

  test('a public application must use PKCE and has no secret', async () => {
    const open = await anApplication(app, clinic, { kind: 'public' })
    const without = await fetch(
      `${app.portalUrl}/o/authorize/?${new URLSearchParams({ response_type: 'code', client_id: open.id, redirect_uri: redirectUri })}`,
      { redirect: 'manual' },
    )
    assert.equal(new URL(without.headers.get('location') ?? '').searchParams.get('error'), 'invalid_request')
    const verifier = randomBytes(32).toString('base64url')
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const back = await authorize(app, open.id, patient, {
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    const form = {
      grant_type: 'authorization_code',
      code: back.get('code') ?? '',
      redirect_uri: redirectUri,
      client_id: open.id,
    }
    assert.equal((await postToken(app, { ...form, code_verifier: verifier })).status, 200)
  })

  const refused: Array<[string, () => Promise<Record<string, string>>, number, string]> = [
    [
      'a wrong secret',
      async () => codeForm(await newCode(), { client_secret: 'wrong' }),
      401,
      'invalid_client',
    ],
    [
      'no secret',
      async () => ({
        grant_type: 'authorization_code',
        code: 'x',
        redirect_uri: redirectUri,
        client_id: client.id,
      }),
      401,
      'invalid_client',
    ],
    ['an unknown client', async () => codeForm('x', { client_id: 'app_none' }), 401, 'invalid_client'],
    [
      'no client at all',
      async () => ({ grant_type: 'authorization_code', code: 'x' }),
      401,
      'invalid_client',
    ],
    ['an unknown code', async () => codeForm('made-up'), 400, 'invalid_grant'],
    [
      'no code',
      async () => ({
        grant_type: 'authorization_code',
        redirect_uri: redirectUri,
        client_id: client.id,
        client_secret: client.secret,
      }),
      400,
      'invalid_request',
    ],
    [
      'another redirect_uri',
      async () => codeForm(await newCode(), { redirect_uri: 'https://app.example.com/other' }),
      400,
      'invalid_grant',
    ],
    [
      'an unknown grant_type',
      async () => codeForm('x', { grant_type: 'password' }),
      400,
      'unsupported_grant_type',
    ],
    [
      'client_credentials',
      async () => codeForm('x', { grant_type: 'client_credentials' }),
      400,
      'unauthorized_client',
    ],
    ['an oversized body', async () => codeForm('x'.repeat(100_000)), 413, 'invalid_request'],
    [
      'an unknown refresh token',
      async () => ({
        grant_type: 'refresh_token',
        refresh_token: 'x',
        client_id: client.id,
        client_secret: client.secret,
      }),
      400,
      'invalid_grant',
    ],
  ]
  for (const [what, form, status, error] of refused) {
    test(`${what} is ${status} ${error} with a description that helps, readable from any origin`, async () => {
      const answer = await postToken(app, await form(), { origin: 'https://spa.example.com' })
      assert.equal(answer.status, status)
      assert.equal(answer.body.error, error)
      assert.ok(String(answer.body.error_description).length > 20)
      assert.match(String(answer.body.request_id), /^req_/)
      assert.ok(
        ['*', 'https://spa.example.com'].includes(answer.headers.get('access-control-allow-origin') ?? ''),
      )
    })
  }

  test('doubled parameters, JSON bodies and odd content types are 400, nothing at all 401', async () => {
    const send = (body: string, type: string) =>
      fetch(`${app.portalUrl}/o/token/`, { method: 'POST', body, headers: { 'content-type': type } })
    const doubled = new URLSearchParams(codeForm('x'))
    doubled.append('code', 'y')
    assert.equal((await send(doubled.toString(), 'application/x-www-form-urlencoded')).status, 400)
    assert.equal((await send(JSON.stringify(codeForm('x')), 'application/json')).status, 400)
    assert.equal((await send('%%%=%ff&', 'application/x-www-form-urlencoded')).status, 401)
    assert.equal((await send('', 'application/x-www-form-urlencoded')).status, 401)
  })

  test('a code of another application is refused', async () => {
    const other = await anApplication(app, clinic)
    const code = (await authorize(app, other.id, patient)).get('code')
    assert.equal((await postToken(app, codeForm(code))).body.error, 'invalid_grant')
  })

  test('parameters in the URL are refused with the reason, unless the application switched them on', async () => {
    const query = async (id: string, secret: string) => {
      const code = (await authorize(app, id, patient)).get('code') ?? ''
      return new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        client_id: id,
        client_secret: secret,
      })
    }
    const post = async (params: URLSearchParams) =>
      fetch(`${app.portalUrl}/o/token/?${params}`, { method: 'POST' })
    const refusedAnswer = await post(await query(client.id, client.secret))
    assert.equal(refusedAnswer.status, 400)
    assert.match(((await refusedAnswer.json()) as { error_description: string }).error_description, /leak/)
    const legacy = await anApplication(app, clinic, { legacyUrlParameters: true })
    const accepted = await post(await query(legacy.id, legacy.secret))
    assert.equal(accepted.status, 200, await accepted.clone().text())
  })

  test('a preflight request is answered for every end point', async () => {
    for (const path of ['token', 'revoke', 'introspect']) {
      const response = await fetch(`${app.portalUrl}/o/${path}/`, {
        method: 'OPTIONS',
        headers: { origin: 'https://spa.example.com', 'access-control-request-method': 'POST' },
      })
      assert.equal(response.status, 204)
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
    }
  })

  test('introspection tells an application about its own tokens only', async () => {
    const tokens = await getTokens(app, client, patient)
    const other = await anApplication(app, clinic)
    const introspect = async (who: { id: string; secret: string }) => {
      const response = await fetch(`${app.portalUrl}/o/introspect/`, {
        method: 'POST',
        body: new URLSearchParams({
          token: tokens.access_token,
          client_id: who.id,
          client_secret: who.secret,
        }),
      })
      return (await response.json()) as { active: boolean; scope?: string }
    }
    assert.equal((await introspect(client)).active, true)
    assert.deepEqual(await introspect(other), { active: false })
  })

  test('a rotated secret keeps working for the overlap and no longer', async () => {
    const mine = await anApplication(app, clinic)
    const next = await app.modules.applications.rotateSecret(clinic.provider.id, mine.id, 3600)
    const tryWith = async (secret: string) =>
      (await postToken(app, codeForm('x', { client_id: mine.id, client_secret: secret }))).body.error
    assert.equal(await tryWith(mine.secret), 'invalid_grant')
    assert.equal(await tryWith(next), 'invalid_grant')
    app.clock.forward(3601)
    assert.equal(await tryWith(mine.secret), 'invalid_client')
    assert.equal(await tryWith(next), 'invalid_grant')
  })
})
