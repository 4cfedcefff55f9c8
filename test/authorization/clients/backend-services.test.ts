import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createApprovals, createGrants } from '#server/grants/grants.ts'
import { readLimits } from '#server/limits.ts'
import { systemRandom } from '#server/secrets.ts'
import { openPortal } from '../../portal-api/open-portal.ts'
import { authorize, postToken } from '../../support/authorize.ts'
import { listOpenGrants } from '../../support/open-grants.ts'
import { aClinic, anApplication, aPatient, aReader, type Clinic } from '../../support/people.ts'
import { startApp, type TestApp } from '../../support/start-app.ts'
import {
  aKey,
  aKeyApplication,
  anApprovedService,
  askForBackendToken,
  assertionType,
  type ClientKey,
  signAssertion,
} from './client-keys.ts'

describe('a backend service', () => {
  let app: TestApp
  let clinic: Clinic
  let other: Clinic
  let key: ClientKey
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'North Clinic')
    other = await aClinic(app, 'Other Clinic')
    await aPatient(app, clinic, 'ana')
    await aPatient(app, clinic, 'ben')
    await aPatient(app, other, 'zoe')
    key = await aKey('ES384')
  })
  after(() => app[Symbol.asyncDispose]())

  const read = async (path: string, token: string, init: RequestInit = {}) => {
    const response = await fetch(`${app.fhirUrl}/fhir/r4/${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', ...init.headers },
    })
    return { status: response.status, body: (await response.json()) as Record<string, never> }
  }

  for (const alg of ['RS384', 'ES384'] as const)
    test(`gets a token of five minutes with ${alg}, and reads the panel of the practice that approved it`, async () => {
      const own = await aKey(alg)
      const service = await anApprovedService(app, clinic, own)
      const { status, body } = await askForBackendToken(app, service.id, own)
      assert.equal(status, 200, JSON.stringify(body))
      assert.equal(body.token_type, 'Bearer')
      assert.equal(body.expires_in, 300)
      assert.equal(body.scope, 'system/*.rs')
      assert.equal(body.refresh_token, undefined)
      const { body: bundle } = await read('Patient?_sort=_id', body.access_token)
      const ids = (bundle.entry as unknown as Array<{ resource: { id: string } }>).map(
        ({ resource }) => resource.id,
      )
      assert.deepEqual(ids.toSorted(), ['ana', 'ben'])
      assert.equal((await read('Patient/zoe', body.access_token)).status, 404)
    })

  test('is confined to its scopes', async () => {
    const service = await anApprovedService(app, clinic, key, ['system/Immunization.rs', 'system/Patient.r'])
    const { body } = await askForBackendToken(app, service.id, key, { scope: 'system/Immunization.rs' })
    assert.equal((await read('Immunization', body.access_token)).status, 200)
    assert.equal((await read('Patient/ana', body.access_token)).status, 403)
    const wide = await askForBackendToken(app, service.id, key, { scope: 'system/*.rs system/Patient.r' })
    assert.equal(wide.body.scope, 'system/Patient.r')
  })

  test('the token dies after five minutes', async () => {
    const service = await anApprovedService(app, clinic, key)
    const { body } = await askForBackendToken(app, service.id, key)
    app.clock.forward(301)
    assert.equal((await read('Patient', body.access_token)).status, 401)
    const token = await askForBackendToken(app, service.id, key)
    assert.equal((await read('Patient', token.body.access_token)).status, 200)
  })

  test('without an approval it gets no token, and the answer says what to do', async () => {
    const service = await aKeyApplication(app, clinic, key, { redirectUris: [], scopes: ['system/*.rs'] })
    const { status, body } = await askForBackendToken(app, service.id, key)
    assert.equal(status, 400)
    assert.equal(body.error, 'unauthorized_client')
    assert.match(String(body.error_description), /No practice has approved/)
  })

  test('when the practice ends its approval, the token is worth nothing at once', async () => {
    const service = await anApprovedService(app, clinic, key)
    const { body } = await askForBackendToken(app, service.id, key)
    assert.equal((await read('Patient', body.access_token)).status, 200)
    const [approval] = (await app.modules.approvals.list({ applicationId: service.id })).entries
    await app.modules.approvals.end(clinic.practice.id, approval?.id ?? '')
    assert.equal((await read('Patient', body.access_token)).status, 401)
    assert.equal((await askForBackendToken(app, service.id, key)).body.error, 'unauthorized_client')
  })

  test('scopes that the application adds after the approval need a new one', async () => {
    const service = await anApprovedService(app, clinic, key, ['system/Immunization.rs'])
    await app.modules.applications.update(clinic.provider.id, service.id, {
      name: service.name,
      kind: 'confidential',
      redirectUris: [],
      scopes: ['system/*.rs'],
    })
    assert.equal((await askForBackendToken(app, service.id, key)).body.error, 'invalid_scope')
    await app.modules.approvals.approve({
      applicationId: service.id,
      practiceId: clinic.practice.id,
      accountId: clinic.provider.id,
    })
    assert.equal((await askForBackendToken(app, service.id, key)).body.scope, 'system/*.rs')
  })

  test('with the approval of two practices it names the one that it means, and reaches no other', async () => {
    const service = await anApprovedService(app, clinic, key)
    await app.modules.approvals.approve({
      applicationId: service.id,
      practiceId: other.practice.id,
      accountId: other.provider.id,
    })
    const unclear = await askForBackendToken(app, service.id, key)
    assert.equal(unclear.body.error, 'invalid_request')
    assert.match(String(unclear.body.error_description), new RegExp(other.practice.id))
    const { body } = await askForBackendToken(app, service.id, key, { form: { practice: other.practice.id } })
    assert.equal((await read('Patient/zoe', body.access_token)).status, 200)
    assert.equal((await read('Patient/ana', body.access_token)).status, 404)
    const foreign = await askForBackendToken(app, service.id, key, { form: { practice: 'prac_none' } })
    assert.equal(foreign.body.error, 'unauthorized_client')
  })

  test('writes with system scopes into the practice, and does not without', async () => {
    const patient = JSON.stringify({ resourceType: 'Patient', active: true, name: [{ family: 'New' }] })
    const writer = await anApprovedService(app, clinic, key, ['system/Patient.cruds'])
    const { body } = await askForBackendToken(app, writer.id, key, { scope: 'system/Patient.cruds' })
    assert.equal((await read('Patient', body.access_token, { method: 'POST', body: patient })).status, 201)
    const reader = await anApprovedService(app, clinic, key)
    const readOnly = (await askForBackendToken(app, reader.id, key)).body.access_token
    assert.equal((await read('Patient', readOnly, { method: 'POST', body: patient })).status, 403)
  })

  test('the approval outlives the password of the administrator who gave it', async () => {
    const service = await anApprovedService(app, clinic, key)
    const { body } = await askForBackendToken(app, service.id, key)
    await app.modules.grants.endAllOfAccount(clinic.provider.id, 'the password was changed')
    assert.equal((await read('Patient', body.access_token)).status, 200)
    assert.deepEqual(await listOpenGrants(app.modules.grants, clinic.provider.id), [])
  })

  test('revoking its token ends that token, and not the approval', async () => {
    const service = await anApprovedService(app, clinic, key)
    const { body } = await askForBackendToken(app, service.id, key)
    const response = await fetch(`${app.portalUrl}/o/revoke/`, {
      method: 'POST',
      body: new URLSearchParams({
        token: body.access_token,
        client_assertion_type: assertionType,
        client_assertion: await signAssertion(app, service.id, key),
      }),
    })
    assert.equal(response.status, 200)
    assert.equal((await read('Patient', body.access_token)).status, 401)
    assert.equal((await askForBackendToken(app, service.id, key)).status, 200)
  })

  test('a system scope in the token of a person opens nothing', async () => {
    const application = await anApplication(app, clinic)
    const [association] = await app.modules.practices.listAssociations(clinic.provider.id)
    const grant = await app.modules.grants.create({
      accountId: clinic.provider.id,
      applicationId: application.id,
      scopes: ['system/*.rs'],
      associationIds: [association?.id ?? ''],
      expiresAt: undefined,
    })
    const expiresAt = new Date(app.clock.now().getTime() + 60_000)
    await app.modules.grants.storeAccessToken({
      token: 'odd',
      grantId: grant.id,
      scopes: ['system/*.rs'],
      expiresAt,
    })
    assert.equal((await read('Patient', 'odd')).status, 403)
  })

  test('an application with a secret cannot have system scopes', async () => {
    await assert.rejects(anApplication(app, clinic, { scopes: ['system/*.rs'] }), { code: 'scope-invalid' })
  })

  test('sends nobody to the authorization page', async () => {
    const service = await anApprovedService(app, clinic, key)
    const params = { response_type: 'code', client_id: service.id, redirect_uri: 'https://evil.example/' }
    const address = `${app.portalUrl}/o/authorize/?${new URLSearchParams(params)}`
    const response = await fetch(address, { redirect: 'manual' })
    assert.equal(response.status, 400)
    assert.equal(response.headers.get('location'), null)
  })

  test('a developer asks, the practice approves or declines', async () => {
    const service = await aKeyApplication(app, clinic, key, { redirectUris: [], scopes: ['system/*.rs'] })
    const { approvals } = app.modules
    const asked = await approvals.request({
      applicationId: service.id,
      practiceId: other.practice.id,
      accountId: clinic.provider.id,
    })
    const again = await approvals.request({
      applicationId: service.id,
      practiceId: other.practice.id,
      accountId: clinic.provider.id,
    })
    assert.equal(again.id, asked.id)
    assert.deepEqual(
      (await approvals.listRequests({ practiceId: other.practice.id })).entries.map(({ id }) => id),
      [asked.id],
    )
    await assert.rejects(approvals.decline(clinic.practice.id, asked.id), { code: 'not-found' })
    await approvals.decline(other.practice.id, asked.id)
    assert.deepEqual((await approvals.listRequests({ applicationId: service.id })).entries, [])
    await approvals.request({
      applicationId: service.id,
      practiceId: other.practice.id,
      accountId: clinic.provider.id,
    })
    await approvals.approve({
      applicationId: service.id,
      practiceId: other.practice.id,
      accountId: other.provider.id,
    })
    assert.deepEqual((await approvals.listRequests({ applicationId: service.id })).entries, [])
    assert.equal((await askForBackendToken(app, service.id, key)).status, 200)
  })

  test('a person is never asked for system scopes', async () => {
    const both = await aKeyApplication(app, clinic, key, { scopes: ['patient/*.rs', 'system/*.rs'] })
    const reader = await aReader(app, clinic, 'ana@example.com', ['ana'])
    const back = await authorize(app, both.id, reader.email)
    const { status, body } = await postToken(app, {
      grant_type: 'authorization_code',
      code: back.get('code') ?? '',
      redirect_uri: 'https://app.example.com/redirect_uri',
      client_assertion_type: assertionType,
      client_assertion: await signAssertion(app, both.id, key),
    })
    assert.equal(status, 200, JSON.stringify(body))
    assert.ok(!body.scope.includes('system/'), body.scope)
  })

  test('when another process ends the approval, the token is worth nothing within a second', async () => {
    const service = await anApprovedService(app, clinic, key)
    const { body } = await askForBackendToken(app, service.id, key)
    assert.equal((await read('Patient', body.access_token)).status, 200)
    const parts = { db: app.store.db, clock: app.clock, random: systemRandom }
    const grants = createGrants({ ...parts, practices: app.modules.practices })
    const elsewhere = createApprovals({
      ...parts,
      limits: readLimits({}),
      applications: app.modules.applications,
      grants,
    })
    const [approval] = (await elsewhere.list({ applicationId: service.id })).entries
    await elsewhere.end(clinic.practice.id, approval?.id ?? '')
    app.clock.forward(1)
    assert.equal((await read('Patient', body.access_token)).status, 401)
  })

  test('requests at the same moment are one request, and the database refuses a second one', async () => {
    const service = await aKeyApplication(app, clinic, key, { redirectUris: [], scopes: ['system/*.rs'] })
    const { approvals } = app.modules
    const form = { applicationId: service.id, practiceId: other.practice.id, accountId: clinic.provider.id }
    const asked = await Promise.all(Array.from({ length: 8 }, () => approvals.request(form)))
    assert.equal(new Set(asked.map(({ id }) => id)).size, 1)
    const { entries } = await approvals.listRequests({ applicationId: service.id })
    assert.equal(entries.length, 1)
    const row = await app.store.db
      .selectFrom('approval_request')
      .selectAll()
      .where('application_id', '=', service.id)
      .executeTakeFirstOrThrow()
    const second = app.store.db.insertInto('approval_request').values({ ...row, id: 'apr_second' })
    await assert.rejects(second.execute(), /unique/i)
    await approvals.decline(other.practice.id, row.id)
    assert.notEqual((await approvals.request(form)).id, row.id, 'after a decision it may ask again')
  })

  test('lists of approvals and requests go on page by page', async () => {
    const service = await aKeyApplication(app, clinic, key, { redirectUris: [], scopes: ['system/*.rs'] })
    const practices = Array.from({ length: 53 }, (_, at) => `prac_page_${String(at).padStart(2, '0')}`)
    const { db } = app.store
    await db
      .insertInto('practice')
      .values(
        practices.map((id) => ({
          id,
          name: id,
          kind: 'practice' as const,
          organization_id: id,
          created_at: 0,
          requires_second_step: 0,
        })),
      )
      .execute()
    const { accountId, at } = { accountId: clinic.provider.id, at: app.clock.now().getTime() }
    await db
      .insertInto('grant')
      .values(
        practices.map((id) => ({
          id: `gr_${id}`,
          account_id: accountId,
          application_id: service.id,
          scopes: 'system/*.rs',
          created_at: at,
          expires_at: null,
          ended_at: null,
          end_reason: null,
          last_used_at: null,
          practice_id: id,
        })),
      )
      .execute()
    await db
      .insertInto('approval_request')
      .values(
        practices.map((id) => ({
          id: `apr_${id}`,
          application_id: service.id,
          practice_id: id,
          requested_by: accountId,
          requested_at: at,
          decided_at: null,
        })),
      )
      .execute()
    const vendor = await openPortal(app, clinic.provider.email)
    const path = `/applications/${service.id}/approvals`
    const first = (await vendor.call('GET', path)).body
    assert.deepEqual([first.approvals.length, first.requests.length], [50, 50])
    const rest = (await vendor.call('GET', `${path}?${new URLSearchParams(first.next)}`)).body
    assert.deepEqual([rest.approvals.length, rest.requests.length, rest.next], [3, 3, null])
    const one = (await vendor.call('GET', `${path}?requests=${first.next.requests}`)).body
    assert.deepEqual([one.approvals.length, one.requests.length], [0, 3])
    const seen = [...first.approvals, ...rest.approvals].map(({ practice }) => practice.id)
    assert.deepEqual(seen, practices)
    const refused = await askForBackendToken(app, service.id, key)
    assert.match(String(refused.body.error_description), /prac_page_00.* and others$/)
    const named = await askForBackendToken(app, service.id, key, {
      form: { practice: 'prac_page_52' },
    })
    assert.equal(named.status, 200, JSON.stringify(named.body))
  })

  test('approvals at the same moment leave one in force', async () => {
    const service = await anApprovedService(app, clinic, key)
    const form = { applicationId: service.id, practiceId: clinic.practice.id, accountId: clinic.provider.id }
    await Promise.allSettled(Array.from({ length: 5 }, () => app.modules.approvals.approve(form)))
    assert.equal((await app.modules.approvals.list({ applicationId: service.id })).entries.length, 1)
    assert.equal((await askForBackendToken(app, service.id, key)).status, 200)
  })

  test('a practice may approve reading alone of what asks for writing', async () => {
    const service = await aKeyApplication(app, clinic, key, { redirectUris: [], scopes: ['system/*.cruds'] })
    const form = { applicationId: service.id, practiceId: clinic.practice.id, accountId: clinic.provider.id }
    await app.modules.approvals.approve({ ...form, scopes: ['system/*.rs'] })
    const writing = await askForBackendToken(app, service.id, key, { scope: 'system/Patient.cruds' })
    assert.equal(writing.body.error, 'invalid_scope')
    assert.equal((await askForBackendToken(app, service.id, key, { scope: 'system/Patient.rs' })).status, 200)
    await assert.rejects(
      app.modules.approvals.approve({ ...form, scopes: ['system/*.cruds', 'user/*.rs'] }),
      {
        code: 'scope-invalid',
      },
    )
  })

  test('when the application is deleted its tokens are worth nothing', async () => {
    const service = await anApprovedService(app, clinic, key)
    const { body } = await askForBackendToken(app, service.id, key)
    await app.modules.applications.remove(clinic.provider.id, service.id)
    assert.equal((await read('Patient', body.access_token)).status, 401)
    assert.equal((await askForBackendToken(app, service.id, key)).body.error, 'invalid_client')
  })

  const refusedScopes: Array<[string, string]> = [
    ['none', ''],
    ['one of a patient', 'patient/*.rs'],
    ['one of a person', 'user/*.rs'],
    ['one of a person beside its own', 'system/*.rs user/*.rs'],
    ['openid', 'openid system/*.rs'],
    ['offline_access', 'system/*.rs offline_access'],
    ['a launch', 'system/*.rs launch/patient'],
    ['writing, which it is not registered for', 'system/Patient.cud'],
    ['the notation of version 1 that includes writing', 'system/*.*'],
    ['a word that is no scope', 'everything'],
    ['another case', 'System/*.rs'],
  ]
  for (const [title, scope] of refusedScopes)
    test(`is refused the scope: ${title}`, async () => {
      const service = await anApprovedService(app, clinic, key)
      const { status, body } = await askForBackendToken(app, service.id, key, { scope })
      assert.equal(status, 400, JSON.stringify(body))
      assert.equal(body.error, 'invalid_scope')
      assert.ok(String(body.error_description).length > 20)
      assert.equal(body.access_token, undefined)
    })

  const foreign: Array<[string, () => Promise<Record<string, string>>, string]> = [
    ['by an application with a secret', async () => secretForm(), 'unauthorized_client'],
    ['by a public application', async () => publicForm(), 'unauthorized_client'],
    [
      'by an application with a key that has no system scope',
      async () => personalForm(),
      'unauthorized_client',
    ],
    [
      'for another resource',
      async () => ({ ...(await ownForm()), resource: 'https://x.example' }),
      'invalid_target',
    ],
    ['by the key of another', async () => ownForm(await aKey('ES384')), 'invalid_client'],
    ['with a refresh token as if it had one', async () => refreshForm(), 'unauthorized_client'],
  ]
  for (const [title, form, error] of foreign)
    test(`client_credentials are refused ${title}`, async () => {
      const { body } = await postToken(app, await form())
      assert.equal(body.error, error, JSON.stringify(body))
    })
  const base = { grant_type: 'client_credentials', scope: 'system/*.rs' }
  const asserted = async (id: string, by: ClientKey) => ({
    client_assertion_type: assertionType,
    client_assertion: await signAssertion(app, id, by),
  })
  async function secretForm() {
    const { id, secret } = await anApplication(app, clinic)
    return { ...base, client_id: id, client_secret: secret }
  }
  async function publicForm() {
    return { ...base, client_id: (await anApplication(app, clinic, { kind: 'public' })).id }
  }
  async function personalForm() {
    return { ...base, ...(await asserted((await aKeyApplication(app, clinic, key)).id, key)) }
  }
  async function ownForm(by = key) {
    return { ...base, ...(await asserted((await anApprovedService(app, clinic, key)).id, by)) }
  }
  async function refreshForm() {
    return { ...(await ownForm()), grant_type: 'refresh_token', refresh_token: 'none' }
  }
})
