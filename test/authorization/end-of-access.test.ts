import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { getTokens, postToken, readApi } from '../support/authorize.ts'
import { listOpenGrants } from '../support/open-grants.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

describe('access ends at once', () => {
  let app: TestApp
  let clinic: Clinic
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'East Clinic')
    await aPatient(app, clinic, 'ana')
    await aPatient(app, clinic, 'kim')
  })
  after(() => app[Symbol.asyncDispose]())

  let count = 0
  async function aConnection(patientIds = ['ana'], relationship = 'self') {
    count += 1
    const account = await aReader(app, clinic, `reader${count}@example.com`, patientIds, relationship)
    const client = await anApplication(app, clinic)
    const tokens = await getTokens(app, client, account.email)
    assert.equal((await readApi(app, 'Patient', tokens.access_token)).status, 200)
    return { account, client, tokens }
  }

  async function assertEnded({ client, tokens }: Awaited<ReturnType<typeof aConnection>>) {
    const answer = await readApi(app, 'Patient', tokens.access_token)
    assert.equal(answer.status, 401)
    assert.match(answer.headers.get('www-authenticate') ?? '', /invalid_token/)
    const refresh = await postToken(app, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: client.id,
      client_secret: client.secret,
    })
    assert.notEqual(refresh.status, 200)
  }

  test('when the person ends it', async () => {
    const connection = await aConnection()
    const [grant] = await listOpenGrants(app.modules.grants, connection.account.id)
    await app.modules.grants.end(connection.account.id, grant?.id ?? '', 'ended by the person')
    await assertEnded(connection)
    assert.deepEqual(await listOpenGrants(app.modules.grants, connection.account.id), [])
  })

  test('when the application is deleted', async () => {
    const connection = await aConnection()
    await app.modules.applications.remove(clinic.provider.id, connection.client.id)
    await assertEnded(connection)
  })

  test('when the password changes', async () => {
    const connection = await aConnection()
    const { account } = connection
    const { token } = await app.modules.accounts.startSignIn(account.id, { ip: '192.0.2.9', userAgent: 'x' })
    const here = await app.modules.accounts.findSignIn(token)
    await app.modules.accounts.changePassword(
      account.id,
      password,
      'another-long-password',
      here?.signIn.id ?? '',
    )
    await assertEnded(connection)
  })

  const visitor = { ip: '192.0.2.9', userAgent: 'x' }
  const passwordChanges: Array<[string, (account: { id: string; email: string }) => Promise<unknown>]> = [
    [
      'reset by mail',
      async ({ email }) => {
        await app.modules.accounts.startPasswordReset(email, visitor)
        const mail = (await app.modules.outbox?.list())?.find(({ to }) => to === email)
        const [, token = ''] = /token=(\S+)/.exec(mail?.text ?? '') ?? []
        return app.modules.accounts.finishPasswordReset(token, 'another-long-password', visitor)
      },
    ],
    ['changed', ({ id }) => app.modules.accounts.changePassword(id, password, 'another-long-password', '')],
  ]
  for (const [how, change] of passwordChanges)
    test(`what is given elsewhere in the moment in which the password is ${how} does not outlive it`, async () => {
      const { accounts, grants, practices } = app.modules
      const { account, client } = await aConnection()
      const [association] = await practices.listAssociations(account.id)
      const { token } = await accounts.startSignIn(account.id, visitor)
      const signInId = (await accounts.findSignIn(token))?.signIn.id ?? ''
      const give = () =>
        grants.create({
          accountId: account.id,
          applicationId: client.id,
          scopes: ['patient/*.read'],
          associationIds: [association?.id ?? ''],
          expiresAt: undefined,
          signInId,
        })
      await give()
      let isChanged = false
      const changing = change(account).finally(() => {
        isChanged = true
      })
      while (!isChanged) {
        await give().catch(({ code }) => assert.equal(code, 'sign-in-required'))
        await setImmediate()
      }
      await changing
      await assert.rejects(give(), { code: 'sign-in-required' })
      assert.deepEqual(await listOpenGrants(grants, account.id), [])
    })

  test('when the application revokes the refresh token (RFC 7009)', async () => {
    const connection = await aConnection()
    const response = await fetch(`${app.portalUrl}/o/revoke/`, {
      method: 'POST',
      body: new URLSearchParams({
        token: connection.tokens.refresh_token,
        client_id: connection.client.id,
        client_secret: connection.client.secret,
      }),
    })
    assert.equal(response.status, 200)
    await assertEnded(connection)
  })

  test('when the chosen time is over', async () => {
    const account = await aReader(app, clinic, 'short@example.com', ['ana'])
    const client = await anApplication(app, clinic)
    const tokens = await getTokens(app, client, account.email, {}, { duration: 'month' })
    app.clock.forward(30 * 24 * 3600)
    const refresh = await postToken(app, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: client.id,
      client_secret: client.secret,
    })
    assert.equal(refresh.body.error, 'invalid_grant')
  })

  for (const relationship of ['self', 'parent'])
    test(`when the last association is closed (${relationship})`, async () => {
      const connection = await aConnection(['ana'], relationship)
      const [association] = await app.modules.practices.listAssociations(connection.account.id)
      await app.modules.practices.endAssociation(clinic.practice.id, association?.id ?? '')
      await assertEnded(connection)
      const answer = await readApi(app, 'Patient', connection.tokens.access_token)
      assert.match(JSON.stringify(answer.body), /no longer connected/)
    })

  test('for a ward, when the association with it ends; the others stay', async () => {
    const { account, tokens } = await aConnection(['ana', 'kim'], 'parent')
    assert.equal((await readApi(app, 'Patient', tokens.access_token)).body.count, 2)
    const associations = await app.modules.practices.listAssociations(account.id)
    const withAna = associations.find(({ patientId }) => patientId === 'ana')
    await app.modules.practices.endAssociation(clinic.practice.id, withAna?.id ?? '')
    const after = await readApi(app, 'Patient', tokens.access_token)
    assert.equal(after.body.count, 1)
    assert.equal(after.body.results[0].id, 'kim')
    assert.equal((await readApi(app, 'Patient/ana', tokens.access_token)).status, 404)
  })
})
