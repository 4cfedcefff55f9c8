import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getTokens, readApi } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'
import { openPortal } from './open-portal.ts'

test('an app is one entry however often it was connected, and ends as a whole or in parts', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Oak Clinic')
  for (const id of ['ana', 'ben']) await aPatient(app, clinic, id)
  const ana = await aReader(app, clinic, 'ana@example.com', ['ana'])
  await aReader(app, clinic, 'ben@example.com', ['ben'])
  const scopes = ['patient/*.read']
  const diary = await anApplication(app, clinic, { name: 'Vaccine diary', scopes })
  const chart = await anApplication(app, clinic, { name: 'Heart chart', scopes })
  const first = await getTokens(app, diary, 'ana@example.com', {}, { duration: 'month' })
  app.clock.forward(60)
  const second = await getTokens(app, diary, 'ana@example.com')
  const [association] = await app.modules.practices.listAssociations(ana.id)
  for (let more = 0; more < 120; more++)
    await app.modules.grants.create({
      ...{ accountId: ana.id, applicationId: diary.id, scopes, expiresAt: undefined },
      associationIds: [association?.id ?? ''],
    })
  app.clock.forward(60)
  const other = await getTokens(app, chart, 'ana@example.com', {}, { duration: 'month' })
  const ofBen = await getTokens(app, diary, 'ben@example.com')
  const statuses = async () =>
    Promise.all(
      [first, second, other, ofBen].map(
        async (tokens) => (await readApi(app, 'Patient', tokens.access_token)).status,
      ),
    )
  assert.deepEqual(await statuses(), [200, 200, 200, 200])

  const portal = await openPortal(app, 'ana@example.com')
  const list = async () => (await portal.call('GET', '/connected-apps')).body
  const { apps, next } = await list()
  assert.deepEqual(
    apps.map((each: { application: { name: string }; count: number }) => [each.application.name, each.count]),
    [
      ['Heart chart', 1],
      ['Vaccine diary', 122],
    ],
  )
  assert.equal(next, null)
  const [{ expiresAt }, entry] = apps
  assert.equal(entry.grants.length, 100, 'an entry has a bound')
  assert.deepEqual([typeof expiresAt, entry.expiresAt], ['string', null], 'one of them has no end')
  assert.equal(entry.connectedAt < entry.grants[0].createdAt, true)
  assert.equal(entry.grants[0].associations[0].patient.name, 'ana Rivera')
  assert.deepEqual((await portal.call('GET', '/connected-apps?offset=1')).body.apps.length, 1)
  for (const query of ['offset=-1', 'offset=10001', 'limit=5'])
    assert.equal((await portal.call('GET', `/connected-apps?${query}`)).status, 400, query)

  const one = entry.grants[0].id
  assert.equal((await portal.call('DELETE', `/grants/${one}`)).status, 204)
  assert.equal((await list()).apps[1].count, 121)
  assert.equal((await portal.call('DELETE', `/connected-apps/${diary.id}`)).status, 204)
  assert.deepEqual(
    await statuses(),
    [401, 401, 200, 200],
    'nothing of the other app, nothing of other people',
  )
  assert.equal((await list()).apps.length, 1)
  assert.equal((await portal.call('DELETE', `/connected-apps/${diary.id}`)).status, 404)
  assert.equal((await portal.call('DELETE', '/connected-apps/app_none')).status, 404)
})

test('many apps come in pages', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Oak Clinic')
  for (let count = 0; count < 27; count++) {
    const { id } = await anApplication(app, clinic, { name: `App ${count}`, scopes: ['patient/*.read'] })
    app.clock.forward(1)
    await app.modules.grants.create({
      ...{
        accountId: clinic.provider.id,
        applicationId: id,
        scopes: ['patient/*.read'],
        expiresAt: undefined,
      },
      associationIds: [],
    })
  }
  const portal = await openPortal(app, clinic.provider.email)
  const names: string[] = []
  for (let offset: number | null = 0; offset !== null; ) {
    const { body } = await portal.call('GET', `/connected-apps?offset=${offset}`)
    names.push(...body.apps.map((each: { application: { name: string } }) => each.application.name))
    offset = body.next
  }
  assert.deepEqual(
    names,
    Array.from({ length: 27 }, (_, index) => `App ${26 - index}`),
  )
})
