import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demoApplication, demoChart, demoSignIns, isDemoUnfinished, makeDemo } from '#server/demo/demo.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

const fill = (app: TestApp) =>
  makeDemo({ ...app.nouns, clock: app.clock, portalUrl: app.portalUrl }, { patients: 5 })

test('the demo is made once, and what was deleted of it stays deleted', async () => {
  await using app = await startApp()
  const { practice } = await fill(app)
  const { accounts, applications } = app.nouns
  assert.equal(await isDemoUnfinished(app.nouns), false)
  const provider = await accounts.findByEmail(demoSignIns[0].email)
  await applications.remove(provider?.id ?? '', demoApplication.applicationId)
  // Else every start would make it anew.
  assert.equal(await isDemoUnfinished(app.nouns), false)
  assert.equal((await fill(app)).practice.id, practice.id)
  assert.equal(await applications.find(demoApplication.applicationId), undefined)
  assert.equal((await applications.find(demoChart.applicationId))?.name, 'Demo chart')
})

test('a demo that was interrupted is unfinished', async () => {
  await using app = await startApp()
  await assert.rejects(
    makeDemo(
      { ...app.nouns, clock: app.clock, portalUrl: app.portalUrl },
      {
        patients: 5,
        onProgress() {
          throw new Error('killed')
        },
      },
    ),
  )
  assert.equal(await isDemoUnfinished(app.nouns), true)
  await fill(app)
  assert.equal(await isDemoUnfinished(app.nouns), false)
})
