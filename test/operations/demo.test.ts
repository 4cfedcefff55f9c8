import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  demoApplication,
  demoChart,
  demoPassword,
  demoSignIns,
  endDemo,
  findOpenSignIns,
  isDemoUnfinished,
  makeDemo,
} from '#server/demo/demo.ts'
import { systemRandom } from '#server/secrets.ts'
import { listOpenGrants } from '../support/open-grants.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const fill = (app: TestApp) =>
  makeDemo({ ...app.modules, clock: app.clock, portalUrl: app.portalUrl }, { patients: 5 })

test('the demo is made once, and what was deleted of it stays deleted', async () => {
  await using app = await startApp()
  const { practice } = await fill(app)
  const { accounts, applications } = app.modules
  assert.equal(await isDemoUnfinished(app.modules), false)
  const provider = await accounts.findByEmail(demoSignIns[0].email)
  await applications.remove(provider?.id ?? '', demoApplication.applicationId)
  // Else every start would make it anew.
  assert.equal(await isDemoUnfinished(app.modules), false)
  assert.equal((await fill(app)).practice.id, practice.id)
  assert.equal(await applications.find(demoApplication.applicationId), undefined)
  assert.equal((await applications.find(demoChart.applicationId))?.name, 'Demo chart')
})

test('a demo that was interrupted is unfinished', async () => {
  await using app = await startApp()
  await assert.rejects(
    makeDemo(
      { ...app.modules, clock: app.clock, portalUrl: app.portalUrl },
      {
        patients: 5,
        onProgress() {
          throw new Error('killed')
        },
      },
    ),
  )
  assert.equal(await isDemoUnfinished(app.modules), true)
  await fill(app)
  assert.equal(await isDemoUnfinished(app.modules), false)
})

test('ending the demo closes its sign-ins, its applications and its entry in the list, and keeps every record', async () => {
  await using app = await startApp()
  const { practice } = await fill(app)
  const { accounts, applications, practices, grants } = app.modules
  const count = () => app.store.db.selectFrom('record').select('id').execute()
  const before = (await count()).length
  const parent = await accounts.findByEmail('parent@demo.example')
  assert.ok(parent)
  const visitor = { ip: '192.0.2.1', userAgent: 'x' }
  const form = { email: parent.email, password: demoPassword, visitor }
  await accounts.signIn(form)
  await grants.create({
    accountId: parent.id,
    applicationId: demoChart.applicationId,
    scopes: ['patient/*.rs'],
    associationIds: [],
    expiresAt: undefined,
  })
  assert.equal((await practices.brands.listListed()).length, 1)
  assert.equal((await findOpenSignIns(app.modules)).length, 3)

  const deps = { ...app.modules, random: systemRandom }
  assert.deepEqual(
    (await endDemo(deps)).closed,
    demoSignIns.map(({ email }) => email),
  )
  assert.deepEqual(await findOpenSignIns(app.modules), [])
  await assert.rejects(accounts.signIn(form), { code: 'sign-in-failed' })
  assert.deepEqual(await accounts.listSignIns(parent.id), [])
  assert.deepEqual(await listOpenGrants(grants, parent.id), [])
  for (const { applicationId } of [demoApplication, demoChart])
    assert.equal(await applications.find(applicationId), undefined)
  assert.deepEqual(await practices.brands.listListed(), [])
  assert.equal((await count()).length, before)
  assert.equal((await practices.listAssociations(parent.id)).length, 3)
  assert.deepEqual(await endDemo(deps), { closed: [] })
  // A start outside production does not bring it back.
  assert.equal(await isDemoUnfinished(app.modules), false)
  assert.ok(await practices.find(practice.id))
})

test('an account of the demo whose owner has changed the password is left alone', async () => {
  await using app = await startApp()
  await fill(app)
  const { accounts } = app.modules
  const provider = await accounts.findByEmail(demoSignIns[0].email)
  await accounts.changePassword(provider?.id ?? '', demoPassword, 'five grey herons', '')
  const { closed } = await endDemo({ ...app.modules, random: systemRandom })
  assert.equal(closed.includes(demoSignIns[0].email), false)
  assert.equal(await accounts.hasPassword(provider?.id ?? '', 'five grey herons'), true)
})
