import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  aKey,
  aKeyApplication,
  askForBackendToken,
  type ClientKey,
} from '../authorization/clients/client-keys.ts'
import { aClinic, anAccount, aPatient, aReader, type Clinic, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { applicationForm, openPortal, type Portal } from './open-portal.ts'

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
    await app.modules.practices.associate({
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

  test('ten minutes after the last proof, making, changing and approving a service ask for a new one', async () => {
    const form = { ...applicationForm, redirectUris: [], scopes: ['system/*.rs'], authentication: 'key' }
    const keys = { jwks: { keys: [key.public] } }
    const people = await provider.call('GET', `/practices/${clinic.practice.id}/people`)
    const other = people.body.people.find((each: { role: string }) => each.role === 'patient')
    const calls = [
      [developer, 'POST', '/applications', { ...form, ...keys }],
      [developer, 'PUT', `/applications/${service.id}`, { ...form, ...keys, scopes: ['system/*.cruds'] }],
      [provider, 'POST', ofPractice(), { applicationId: service.id }],
      [provider, 'DELETE', `/practices/${clinic.practice.id}/associations/${other.associationId}`, undefined],
    ] as const
    app.clock.forward(601)
    for (const [portal, method, path, body] of calls) {
      const answer = await portal.call(method, path, body)
      assert.deepEqual([answer.status, answer.body.code], [403, 'proof-required'], `${method} ${path}`)
      const wrong = await portal.call('POST', '/me/proof', { password: 'not the password' })
      assert.deepEqual([wrong.status, wrong.body.field], [401, 'password'])
      assert.equal((await portal.call(method, path, body)).status, 403)
    }
    assert.equal(
      (await developer.call('POST', '/applications', applicationForm)).status,
      201,
      'an ordinary one',
    )
    for (const portal of [developer, provider])
      assert.equal((await portal.call('POST', '/me/proof', { password })).status, 204)
    for (const [portal, method, path, body] of calls) {
      const answer = await portal.call(method, path, body)
      assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`)
    }
    const { approvals } = (await provider.call('GET', ofPractice())).body
    assert.equal((await provider.call('DELETE', `${ofPractice()}/${approvals[0].id}`)).status, 204)
  })

  describe('a change after the approval', () => {
    let own: { id: string }
    let other: Clinic
    let form: Record<string, unknown>
    let fresh: ClientKey
    before(async () => {
      const vendor = await aClinic(app, 'Makers')
      developer = await openPortal(app, vendor.provider.email)
      fresh = await aKey('ES384', 'fresh')
      other = await aClinic(app, 'South')
      own = await aKeyApplication(app, vendor, key, {
        name: 'Reports',
        redirectUris: [],
        scopes: ['system/Observation.rs'],
      })
      for (const { practice, provider: by } of [clinic, other])
        await app.modules.approvals.approve({
          applicationId: own.id,
          practiceId: practice.id,
          accountId: by.id,
        })
      const {
        id: _id,
        createdAt: _c,
        updatedAt: _u,
        secrets: _s,
        warnings: _w,
        requiresAudience: _r,
        ...rest
      } = (await developer.call('GET', `/applications/${own.id}`)).body.application
      form = rest
    })
    const put = async (change: object) => {
      const answer = await developer.call('PUT', `/applications/${own.id}`, { ...form, ...change })
      assert.equal(answer.status, 200, JSON.stringify(answer.body))
      return answer.body
    }
    const changesOf = async () => (await provider.call('GET', ofPractice())).body.changes
    const ask = (by: ClientKey, scope: string, at = clinic) =>
      askForBackendToken(app, own.id, by, { scope, form: { practice: at.practice.id } })
    const wanted = () => ({
      name: 'Hospital statistics',
      logoUri: 'https://cdn.example.com/new.png',
      jwks: { keys: [key.public, fresh.public] },
      scopes: ['system/Observation.rs', 'system/Condition.rs'],
    })

    test('waits, the old values count until every practice has agreed, and each sees old and new', async () => {
      const answer = await put(wanted())
      assert.equal(answer.application.name, 'Reports')
      assert.match(
        answer.warnings[0].message,
        /name from "Reports" to "Hospital statistics" waits for the practices/,
      )
      const [change] = await changesOf()
      assert.deepEqual(
        change.changes
          .map(({ field, from, to }: { field: string; from: string; to: string }) => [field, from, to])
          .toSpliced(2, 1),
        [
          ['name', 'Reports', 'Hospital statistics'],
          ['logo', 'none', 'https://cdn.example.com/new.png'],
          ['scopes', 'system/Observation.rs', 'system/Observation.rs system/Condition.rs'],
        ],
      )
      assert.match(change.changes[2].to, /^key-ES384 \(…\S{8}\), fresh \(…\S{8}\)$/)
      assert.equal((await ask(key, 'system/Observation.rs')).status, 200)
      assert.equal((await ask(key, 'system/Condition.rs')).body.error, 'invalid_scope')
      assert.equal((await ask(fresh, 'system/Observation.rs')).body.error, 'invalid_client')

      const path = `/practices/${clinic.practice.id}/approval-changes/${change.id}`
      assert.equal((await staff.call('POST', path, {})).status, 403)
      assert.equal((await patient.call('POST', path, {})).status, 404)
      assert.equal((await provider.call('POST', path, {})).status, 204)
      assert.equal((await changesOf())[0].isAgreed, true)
      assert.equal(
        (await ask(fresh, 'system/Observation.rs')).body.error,
        'invalid_client',
        'South has not agreed',
      )
      const south = await openPortal(app, other.provider.email)
      const elsewhere = `/practices/${other.practice.id}/approval-changes/${change.id}`
      assert.equal((await south.call('POST', elsewhere, {})).status, 204)
      assert.deepEqual(await changesOf(), [])
      for (const at of [clinic, other])
        assert.equal(
          (await ask(fresh, 'system/Observation.rs system/Condition.rs', at)).body.scope,
          'system/Observation.rs system/Condition.rs',
        )
      form = { ...form, ...wanted() }
      assert.equal((await put({})).application.name, 'Hospital statistics')
    })

    test('is refused by a practice, or taken back, and then everything stays', async () => {
      for (const end of ['refuse', 'take back'] as const) {
        await put({ name: 'Trap' })
        const [{ id }] = await changesOf()
        const path =
          end === 'refuse'
            ? `/practices/${clinic.practice.id}/approval-changes/${id}`
            : `/applications/${own.id}/approval-change`
        assert.equal((await (end === 'refuse' ? provider : developer).call('DELETE', path)).status, 204)
        assert.deepEqual(await changesOf(), [])
        assert.equal(
          (await developer.call('GET', `/applications/${own.id}`)).body.application.name,
          'Hospital statistics',
        )
        const gone = await provider.call(
          'POST',
          `/practices/${clinic.practice.id}/approval-changes/${id}`,
          {},
        )
        assert.equal(gone.status, 404, 'a consent to what is gone')
      }
    })

    test('that was replaced meanwhile is not what was agreed to', async () => {
      await put({ name: 'First' })
      const [first] = await changesOf()
      await put({ name: 'Second' })
      const path = (id: string) => `/practices/${clinic.practice.id}/approval-changes/${id}`
      assert.equal((await provider.call('POST', path(first.id), {})).status, 404)
      const [second] = await changesOf()
      assert.equal(second.changes[0].to, 'Second')
      await put({ redirectUris: ['https://app.example.com/new'] })
      assert.equal((await changesOf())[0].id, second.id, 'what else is saved does not take it back')
      assert.equal((await provider.call('DELETE', path(second.id))).status, 204)
    })

    test('that only takes away counts at once: a key that others know, a scope', async () => {
      await put({ jwks: { keys: [fresh.public] }, scopes: ['system/Observation.rs'] })
      assert.deepEqual(await changesOf(), [])
      assert.equal((await ask(key, 'system/Observation.rs')).body.error, 'invalid_client')
      assert.equal((await ask(fresh, 'system/Observation.rs')).status, 200)
      assert.equal((await ask(fresh, 'system/Condition.rs')).body.error, 'invalid_scope')
    })

    test('takes place when the last practice that had not agreed ends its approval', async () => {
      await put({ name: 'Plain reports', jwks: { keys: [fresh.public] }, scopes: ['system/Observation.rs'] })
      const [{ id }] = await changesOf()
      await provider.call('POST', `/practices/${clinic.practice.id}/approval-changes/${id}`, {})
      const [approval] = (await app.modules.approvals.list({ practiceId: other.practice.id })).entries
      await app.modules.approvals.end(other.practice.id, approval?.id ?? '')
      assert.equal((await app.modules.applications.find(own.id))?.name, 'Plain reports')
    })
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
