import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { authorize, getTokens, postToken } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

describe('a refresh that does not name its application', () => {
  let app: TestApp
  let clinic: Clinic
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'West Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, 'ana@example.com', ['ana'])
  })
  after(() => app[Symbol.asyncDispose]())

  async function tokensOfPublic() {
    const { id } = await anApplication(app, clinic, { kind: 'public' })
    const code_verifier = 'v'.repeat(50)
    const back = await authorize(app, id, 'ana@example.com', {
      code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })
    const { body } = await postToken(app, {
      grant_type: 'authorization_code',
      code: back.get('code') ?? '',
      redirect_uri: redirectUri,
      client_id: id,
      code_verifier,
    })
    return body
  }

  const refresh = (token: unknown, more: Record<string, string> = {}) =>
    postToken(app, { grant_type: 'refresh_token', refresh_token: String(token), ...more })

  test('works for a public application, once for each token', async () => {
    const tokens = await tokensOfPublic()
    const first = await refresh(tokens.refresh_token)
    assert.equal(first.status, 200)
    const second = await refresh(first.body.refresh_token)
    assert.equal(second.status, 200)
    app.clock.forward(60)
    assert.equal((await refresh(tokens.refresh_token)).status, 400)
  })

  test('never replaces the secret of a confidential application', async () => {
    const client = await anApplication(app, clinic)
    const tokens = await getTokens(app, client, 'ana@example.com')
    const refused = await refresh(tokens.refresh_token)
    assert.deepEqual([refused.status, refused.body.error], [401, 'invalid_client'])
    assert.equal((await refresh(tokens.refresh_token, { client_id: client.id })).status, 401)
  })

  test('does not make up for the name of another application, an unknown token, or a code', async () => {
    const tokens = await tokensOfPublic()
    const other = await anApplication(app, clinic, { kind: 'public' })
    const mixed = await refresh(tokens.refresh_token, { client_id: other.id })
    assert.deepEqual([mixed.status, mixed.body.error], [400, 'invalid_grant'])
    assert.equal((await refresh('unknown')).status, 401)
    const code = await postToken(app, {
      grant_type: 'authorization_code',
      code: 'x',
      redirect_uri: redirectUri,
    })
    assert.deepEqual([code.status, code.body.error], [401, 'invalid_client'])
  })

  test('a body may come in pieces, and one that never comes whole hurts nobody', async () => {
    const tokens = await tokensOfPublic()
    const body = `grant_type=refresh_token&refresh_token=${tokens.refresh_token}`
    const head = [
      'POST /o/token/ HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${body.length}`,
      'Connection: close',
    ].join('\r\n')
    const broken = connect(app.port, '127.0.0.1')
    broken.write(`${head}\r\n\r\n${body.slice(0, 20)}`)
    await setTimeout(50)
    broken.destroy()
    const socket = connect(app.port, '127.0.0.1')
    const answer = text(socket)
    for (const piece of [`${head}\r\n\r\n`, body.slice(0, 20), body.slice(20, 50), body.slice(50)]) {
      socket.write(piece)
      await setTimeout(30)
    }
    assert.match(await answer, /^HTTP\/1\.1 200 .*"access_token"/s)
  })
})
