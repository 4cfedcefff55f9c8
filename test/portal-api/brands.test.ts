import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aClinic, anAccount, aPatient, aReader, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { openPortal, type Portal } from './open-portal.ts'

describe('what a practice publishes of itself, in the portal', () => {
  let app: TestApp
  let clinic: Clinic
  let provider: Portal
  let staff: Portal
  let patient: Portal
  let stranger: Portal
  let sandbox: { id: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'North')
    const elsewhere = await aClinic(app, 'South')
    sandbox = await app.modules.practices.createSandbox({ id: clinic.provider.id, displayName: 'Dr. North' })
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, 'ana@example.com', ['ana'])
    const helper = await anAccount(app, 'desk@example.com', 'Desk')
    await app.modules.practices.associate({
      accountId: helper.id,
      practiceId: clinic.practice.id,
      role: 'staff',
    })
    provider = await openPortal(app, clinic.provider.email)
    staff = await openPortal(app, 'desk@example.com')
    patient = await openPortal(app, 'ana@example.com')
    stranger = await openPortal(app, elsewhere.provider.email)
  })
  after(() => app[Symbol.asyncDispose]())

  const path = () => `/practices/${clinic.practice.id}/brand`
  const form = { isListed: true, name: 'North Clinic', aliases: ['The North'], city: 'Springfield' }

  test('nothing is published before a provider says so', async () => {
    const { status, body } = await provider.call('GET', path())
    assert.equal(status, 200)
    assert.deepEqual([body.brand.isListed, body.brand.name], [false, 'North'])
    assert.deepEqual(await app.modules.practices.brands.listListed(), [])
  })

  test('a provider fills it in, and staff may look', async () => {
    const saved = await provider.call('PUT', path(), form)
    assert.equal(saved.status, 200, JSON.stringify(saved.body))
    const seen = await staff.call('GET', path())
    assert.deepEqual(
      [seen.body.brand.name, seen.body.brand.aliases, seen.body.brand.city, seen.body.brand.website],
      ['North Clinic', ['The North'], 'Springfield', null],
    )
  })

  test('staff cannot change it, and for everybody else it is not there', async () => {
    const change = { ...form, name: 'Taken over' }
    assert.equal((await staff.call('PUT', path(), change)).status, 403)
    for (const portal of [patient, stranger]) {
      assert.equal((await portal.call('GET', path())).status, 404)
      assert.equal((await portal.call('PUT', path(), change)).status, 404)
    }
    assert.equal((await provider.call('PUT', path(), change, { 'x-csrf-token': 'x' })).status, 403)
    const [listed] = await app.modules.practices.brands.listListed()
    assert.equal(listed?.name, 'North Clinic')
  })

  test('a wrong field is named', async () => {
    const { status, body } = await provider.call('PUT', path(), { ...form, website: 'javascript:alert(1)' })
    assert.deepEqual([status, body.field], [400, 'website'])
    const extra = await provider.call('PUT', path(), { ...form, practiceId: 'other' })
    assert.equal(extra.status, 400)
  })

  test('a sandbox stays unlisted', async () => {
    const { status } = await provider.call('PUT', `/practices/${sandbox.id}/brand`, form)
    assert.equal(status, 403)
  })
})
