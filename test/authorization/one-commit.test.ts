import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { isSqlite } from '#server/store/transaction.ts'
import { authorize, getTokens, postToken, readApi, type TokenAnswer } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const patient = 'ana@example.com'

/** The use of a code or refresh token and the tokens that come of it are stored together or not at all. */
describe('what a token request writes', () => {
  let app: TestApp
  let client: { id: string; secret: string }
  before(async () => {
    app = await startApp()
    const clinic = await aClinic(app, 'South Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, patient, ['ana'])
    client = await anApplication(app, clinic)
  })
  after(() => app[Symbol.asyncDispose]())

  const proof = () => ({ client_id: client.id, client_secret: client.secret })
  const newCode = async () => (await authorize(app, client.id, patient)).get('code') ?? ''
  const exchange = (code: string, extra = {}) =>
    postToken(app, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      ...proof(),
      ...extra,
    })
  const refresh = (refresh_token: string, extra = {}) =>
    postToken(app, { grant_type: 'refresh_token', refresh_token, ...proof(), ...extra })
  const served = async (token: string) => (await readApi(app, 'Patient', token)).status
  const countTokens = async () => {
    const { db } = app.store
    const access = await db.selectFrom('access_token').select('token_hash').execute()
    const refreshing = await db
      .selectFrom('oidc_payload')
      .select('id_hash')
      .where('kind', '=', 'RefreshToken')
      .execute()
    return { access: access.length, refresh: refreshing.length }
  }
  const areGood = (answers: TokenAnswer[]) => answers.filter(({ status }) => status === 200)

  /** Every refresh token, which is the last that is written, is refused by the database meanwhile. */
  async function whileTheLastWriteFails(work: () => Promise<void>): Promise<void> {
    const { db } = app.store
    const onSqlite = isSqlite(db)
    const begin = onSqlite
      ? `create trigger refused before insert on oidc_payload when new.kind = 'RefreshToken' begin select raise(abort, 'refused'); end`
      : `alter table oidc_payload add constraint refused check (kind <> 'RefreshToken') not valid`
    await sql.raw(begin).execute(db)
    try {
      await work()
    } finally {
      await sql
        .raw(onSqlite ? 'drop trigger refused' : 'alter table oidc_payload drop constraint refused')
        .execute(db)
    }
  }

  test('is nothing when the database fails in the middle: the code works when it is presented again', async () => {
    const code = await newCode()
    const before = await countTokens()
    await whileTheLastWriteFails(async () => {
      const failed = await exchange(code)
      assert.equal(failed.status, 500)
      assert.equal(failed.body.access_token, undefined)
    })
    assert.deepEqual(await countTokens(), before)
    const { status, body } = await exchange(code)
    assert.equal(status, 200)
    assert.equal(await served(body.access_token), 200)
    assert.equal((await exchange(code)).body.error, 'invalid_grant', 'now it was used')
  })

  test('is nothing when the database fails in the middle of a refresh: the refresh token stays good', async () => {
    const tokens = await getTokens(app, client, patient)
    const before = await countTokens()
    await whileTheLastWriteFails(async () => {
      for (let tried = 0; tried < 3; tried++) assert.equal((await refresh(tokens.refresh_token)).status, 500)
    })
    assert.deepEqual(await countTokens(), before)
    app.clock.forward(31)
    // It was never used, so that neither its grace nor its grant has ended.
    const { status, body } = await refresh(tokens.refresh_token)
    assert.equal(status, 200)
    assert.equal(await served(body.access_token), 200)
  })

  test('of one request that fails takes none of another of the same moment with it', async () => {
    const { access_token } = await getTokens(app, client, patient)
    const codes = await Promise.all([newCode(), newCode(), newCode()])
    const answers = await Promise.all([
      exchange(codes[0] ?? ''),
      exchange(codes[1] ?? '', { resource: 'https://elsewhere.example' }),
      exchange(codes[2] ?? ''),
    ])
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 400, 200],
    )
    for (const { body } of areGood(answers)) assert.equal(await served(body.access_token), 200)
    assert.equal(await served(access_token), 200)
  })

  test('is nothing when the engine refuses after it took the code: the client may ask again', async () => {
    const code = await newCode()
    const before = await countTokens()
    const refused = await exchange(code, { resource: 'https://elsewhere.example' })
    assert.equal(refused.body.error, 'invalid_target')
    assert.deepEqual(await countTokens(), before)
    assert.equal((await exchange(code)).status, 200)
    const tokens = await getTokens(app, client, patient)
    assert.equal((await refresh(tokens.refresh_token, { resource: 'https://elsewhere.example' })).status, 400)
    app.clock.forward(31)
    assert.equal((await refresh(tokens.refresh_token)).status, 200)
  })

  for (let round = 0; round < 3; round++)
    test(`one code many times in the same moment: one pair of tokens is stored, and it is over (${round})`, async () => {
      const code = await newCode()
      const before = await countTokens()
      const answers = await Promise.all(Array.from({ length: 10 }, () => exchange(code)))
      const [winner, ...others] = areGood(answers)
      assert.ok(winner)
      assert.equal(others.length, 0)
      assert.deepEqual(await countTokens(), { access: before.access + 1, refresh: before.refresh + 1 })
      for (const { status, body } of answers) if (status !== 200) assert.equal(body.error, 'invalid_grant')
      assert.equal(await served(winner.body.access_token), 401)
      assert.equal((await refresh(winner.body.refresh_token)).body.error, 'invalid_grant')
    })

  test('a refresh token twice in the same moment: both are answered, as when an answer is lost', async () => {
    const tokens = await getTokens(app, client, patient)
    const answers = await Promise.all([refresh(tokens.refresh_token), refresh(tokens.refresh_token)])
    assert.equal(areGood(answers).length, 2)
    for (const { body } of answers) assert.equal(await served(body.access_token), 200)
  })

  test('a refresh token many times in the same moment: each is answered, stored and lives', async () => {
    const tokens = await getTokens(app, client, patient)
    const before = await countTokens()
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(tokens.refresh_token)))
    assert.equal(areGood(answers).length, 10)
    const { access, refresh: refreshing } = await countTokens()
    assert.deepEqual([access - before.access, refreshing - before.refresh], [10, 10])
    for (const { body } of answers) assert.equal(await served(body.access_token), 200)
  })
})
