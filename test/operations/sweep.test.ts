import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getTokens, readApi } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, password } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'

test('sweeping deletes what is over and nothing that still counts', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Broom')
  await aPatient(app, clinic, 'ana')
  const account = await aReader(app, clinic, 'ana@example.com', ['ana'])
  const client = await anApplication(app, clinic)
  const tokens = await getTokens(app, client, account.email)
  await app.modules.accounts.startPasswordReset(account.email, { ip: '192.0.2.1', userAgent: 'x' })
  const count = async () => {
    const rows: Record<string, number> = {}
    for (const table of ['sign_in', 'mail_link', 'throttle', 'access_token', 'oidc_payload'] as const)
      rows[table] = (await app.store.db.selectFrom(table).select('expires_at').execute()).length
    return rows
  }
  const before = await count()
  for (const [table, rows] of Object.entries(before)) assert.ok(rows > 0, table)
  await app.modules.sweep()
  assert.equal((await readApi(app, 'Patient', tokens.access_token)).status, 200)
  assert.equal((await count()).sign_in, before.sign_in)

  app.clock.forward(3 * 24 * 3600)
  await app.modules.sweep()
  const expired = await readApi(app, 'Patient', tokens.access_token)
  assert.match(JSON.stringify(expired.body), /token-expired/, 'still known as expired')
  assert.deepEqual([(await count()).mail_link, (await count()).throttle], [0, 0])

  app.clock.forward(500 * 24 * 3600)
  await app.modules.sweep()
  assert.deepEqual(await count(), { sign_in: 0, mail_link: 0, throttle: 0, access_token: 0, oidc_payload: 0 })
  await app.modules.accounts.signIn({
    email: account.email,
    password,
    visitor: { ip: '192.0.2.1', userAgent: 'x' },
  })
})
