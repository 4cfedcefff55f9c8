import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  aKey,
  aKeyApplication,
  askForBackendToken,
  type ClientKey,
} from '../authorization/clients/client-keys.ts'
import { aClinic, anAccount, aPatient, aReader, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { openPortal, type Portal } from './open-portal.ts'

describe('approvals of backend services in the portal', () => {
  let app: TestApp
  let clinic: Clinic
  let key: ClientKey
  let developer: Portal
  let provider: Portal
  let staff: Portal
  let patient: Portal
  let service: { id: string }
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'North')
    const elsewhere = await aClinic(app, 'Vendor')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, 'ana@example.com', ['ana'])
    const helper = await anAccount(app, 'desk@example.com', 'Desk')
    await app.nouns.practices.associate({
      accountId: helper.id,
      practiceId: clinic.practice.id,
      role: 'staff',
    })
    key = await aKey('ES384')
    service = await aKeyApplication(app, elsewhere, key, { redirectUris: [], scopes: ['system/*.cruds'] })
    developer = await openPortal(app, elsewhere.provider.email)
    provider = await openPortal(app, clinic.provider.email)
    staff = await openPortal(app, 'desk@example.com')
    patient = await openPortal(app, 'ana@example.com')
  })
  after(() => app[Symbol.asyncDispose]())

  const ofPractice = () => `/practices/${clinic.practice.id}/approvals`
  const ask = () =>
    developer.call('POST', `/applications/${service.id}/approval-requests`, {
      practiceId: clinic.practice.id,
    })

  test('a developer asks, a provider sees it, approves and ends it', async () => {
    const asked = await ask()
    assert.equal(asked.status, 201, JSON.stringify(asked.body))
    const waiting = await provider.call('GET', ofPractice())
    assert.equal(waiting.body.requests[0].application.id, service.id)
    assert.deepEqual(waiting.body.requests[0].scopes, ['system/*.cruds'])
    const form = { applicationId: service.id, scopes: ['system/*.rs'] }
    const approved = await provider.call('POST', ofPractice(), form)
    assert.equal(approved.status, 201, JSON.stringify(approved.body))
    assert.equal((await askForBackendToken(app, service.id, key)).status, 200)
    const seen = await developer.call('GET', `/applications/${service.id}/approvals`)
    assert.deepEqual(seen.body.approvals[0].scopes, ['system/*.rs'])
    assert.deepEqual(seen.body.requests, [])
    const ended = await provider.call('DELETE', `${ofPractice()}/${approved.body.approval.id}`)
    assert.equal(ended.status, 204)
    assert.equal((await askForBackendToken(app, service.id, key)).body.error, 'unauthorized_client')
  })

  test('a provider declines', async () => {
    const { body } = await ask()
    const path = `/practices/${clinic.practice.id}/approval-requests/${body.request.id}`
    assert.equal((await provider.call('DELETE', path)).status, 204)
    assert.deepEqual((await provider.call('GET', ofPractice())).body.requests, [])
  })

  test('staff see the list and decide nothing', async () => {
    assert.equal((await staff.call('GET', ofPractice())).status, 200)
    assert.equal((await staff.call('POST', ofPractice(), { applicationId: service.id })).status, 403)
    assert.equal((await staff.call('DELETE', `${ofPractice()}/gr_none`)).status, 403)
  })

  test('to patients and to other practices it is not there', async () => {
    for (const stranger of [patient, developer]) {
      assert.equal((await stranger.call('GET', ofPractice())).status, 404)
      assert.equal((await stranger.call('POST', ofPractice(), { applicationId: service.id })).status, 404)
      assert.equal((await stranger.call('DELETE', `${ofPractice()}/gr_none`)).status, 404)
    }
    const path = `/applications/${service.id}/approval-requests`
    assert.equal((await provider.call('POST', path, { practiceId: clinic.practice.id })).status, 404)
    assert.equal((await provider.call('GET', `/applications/${service.id}/approvals`)).status, 404)
  })

  test('an application without system scopes, and one that is not there, cannot be approved', async () => {
    const personal = await aKeyApplication(app, clinic, key)
    assert.equal((await provider.call('POST', ofPractice(), { applicationId: personal.id })).status, 400)
    assert.equal((await provider.call('POST', ofPractice(), { applicationId: 'app_none' })).status, 404)
  })
})
