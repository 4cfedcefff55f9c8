import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aClinic, anAccount } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'
import { openPortal } from './open-portal.ts'

test('staff end the access of staff, a provider that of everybody but themselves', async () => {
  await using app = await startApp()
  const { practice, provider } = await aClinic(app, 'Birch Clinic')
  async function joins(email: string, role: 'provider' | 'staff') {
    const account = await anAccount(app, email, email)
    const { id } = await app.nouns.practices.associate({
      accountId: account.id,
      practiceId: practice.id,
      role,
    })
    return { email, path: `/practices/${practice.id}/associations/${id}` }
  }
  const partner = await joins('partner@example.com', 'provider')
  const nurse = await joins('nurse@example.com', 'staff')
  const clerk = await joins('clerk@example.com', 'staff')

  const desk = await openPortal(app, clerk.email)
  const refused = await desk.call('DELETE', partner.path)
  assert.equal(refused.body.code, 'not-allowed')
  assert.match(String(refused.body.detail ?? refused.body.title), /Only a provider/)
  assert.equal((await desk.call('DELETE', clerk.path)).body.code, 'not-allowed')
  assert.equal((await desk.call('DELETE', nurse.path)).status, 204)

  const first = await openPortal(app, provider.email)
  assert.equal((await first.call('DELETE', partner.path)).status, 204)
  assert.equal((await first.call('DELETE', clerk.path)).status, 204)
  const { people: left } = await app.nouns.practices.listPeople(practice.id)
  assert.deepEqual(
    left.map(({ email }) => email),
    [provider.email],
  )
})
