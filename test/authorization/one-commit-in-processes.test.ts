import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openCommandLine, waitForAddress } from '../cli/run-onpatient.ts'
import { authorize, getTokens, postToken } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const patient = 'ana@example.com'

/** One address behind which two processes answer in turn, on one database; `app` only looks into it. */
describe('what is presented to two processes in the same moment', () => {
  let app: TestApp
  let both: TestApp
  let cli: Awaited<ReturnType<typeof openCommandLine>>
  let client: { id: string; secret: string }
  before(async () => {
    app = await startApp()
    const clinic = await aClinic(app, 'West Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, patient, ['ana'])
    client = await anApplication(app, clinic)
    cli = await openCommandLine({
      ...{ DATABASE_URL: app.databaseUrl, DEMO: 'off', LOG_LEVEL: 'silent', WORKERS: '2' },
    })
    both = { ...app, portalUrl: (await waitForAddress(cli.start('serve'))).portalUrl }
  })
  after(async () => {
    await cli?.[Symbol.asyncDispose]()
    await app?.[Symbol.asyncDispose]()
  })

  const proof = () => ({ client_id: client.id, client_secret: client.secret })
  const countTokens = async () =>
    (await app.store.db.selectFrom('access_token').select('token_hash').execute()).length
  /** The process that issued it, and any other that had it in mind, goes on for a second at most. */
  const assertOver = async (token: string) => {
    app.clock.forward(2)
    await assert.rejects(app.modules.grants.open(token), { code: 'token-revoked' })
  }

  for (let round = 0; round < 5; round++)
    test(`a code: one pair of tokens is stored, and it is over (${round})`, async () => {
      const code = (await authorize(both, client.id, patient)).get('code') ?? ''
      const before = await countTokens()
      const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...proof() }
      const answers = await Promise.all(Array.from({ length: 8 }, () => postToken(both, form)))
      const [winner, ...others] = answers.filter(({ status }) => status === 200)
      assert.ok(winner, JSON.stringify(answers.map(({ body }) => body)))
      assert.equal(others.length, 0)
      for (const { status, body } of answers) if (status !== 200) assert.equal(body.error, 'invalid_grant')
      assert.equal(await countTokens(), before + 1)
      await assertOver(winner.body.access_token)
    })

  test('a refresh token: each use gets a pair of tokens, and all of them live', async () => {
    const tokens = await getTokens(both, client, patient)
    const before = await countTokens()
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, ...proof() }
    const answers = await Promise.all(Array.from({ length: 8 }, () => postToken(both, form)))
    assert.deepEqual(
      answers.map(({ status }) => status),
      Array(8).fill(200),
    )
    assert.equal(await countTokens(), before + 8)
    app.clock.forward(2)
    for (const { body } of answers) {
      assert.ok(await app.modules.grants.open(body.access_token))
      assert.equal((await postToken(both, { ...form, refresh_token: body.refresh_token })).status, 200)
    }
  })
})
