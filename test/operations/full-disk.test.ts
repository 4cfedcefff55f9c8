import assert from 'node:assert/strict'
import { copyFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { readApi, signIn } from '../support/authorize.ts'
import { openBrowser } from '../support/browser.ts'
import { aClinic, aPatient, aReader } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'
import { countRows } from './count-rows.ts'

test('while a disk fills up, each sign-in works or is a 503 that says why; a batch of records is refused as a whole', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Small Disk')
  await aPatient(app, clinic, 'ana')
  await aReader(app, clinic, 'ana@example.com', ['ana'])
  // The file may not grow by another page; what is left of its pages is soon used up.
  await sql.raw('pragma max_page_count = 1').execute(app.store.db)
  const before = await countRows(app)
  const resources = Array.from({ length: 100 }, (_, index) => ({
    practiceId: clinic.practice.id,
    resource: { resourceType: 'Patient' as const, id: `new-${index}` },
  }))
  await assert.rejects(app.modules.records.write(resources), { code: 'SQLITE_FULL' })
  assert.deepEqual(await countRows(app), before)

  const statuses: number[] = []
  for (let attempt = 0; attempt < 300 && !statuses.includes(503); attempt++) {
    const browser = openBrowser()
    const answer = await signIn(browser, await browser.get(`${app.portalUrl}/signin`), 'ana@example.com')
    statuses.push(answer.status)
    if (answer.status !== 503) continue
    assert.match(answer.body, /disk of the database is full/)
    assert.ok(Number(answer.headers.get('retry-after')) > 0)
  }
  assert.deepEqual([...new Set(statuses)].sort(), [303, 503])
  assert.equal((await readApi(app, 'Patient', 'no-token')).status, 401, 'reading goes on')

  await sql.raw('pragma max_page_count = 1000000').execute(app.store.db)
  const browser = openBrowser()
  const page = await browser.get(`${app.portalUrl}/signin`)
  assert.equal((await signIn(browser, page, 'ana@example.com')).status, 303)
})

test('ready means able to write: not when read-only, and not when the file was moved or replaced', async () => {
  await using app = await startApp()
  const file = join(app.folder, 'onpatient.db')
  const ready = async () => {
    const answer = await fetch(`${app.portalUrl}/readyz`)
    return [answer.status, ((await answer.json()) as { reason?: string }).reason ?? ''] as const
  }
  assert.deepEqual(await ready(), [200, ''])
  await sql.raw('pragma query_only = on').execute(app.store.db)
  const [readOnly, why] = await ready()
  assert.equal(readOnly, 503)
  assert.match(why, /read-only/)
  await sql.raw('pragma query_only = off').execute(app.store.db)
  assert.equal((await ready())[0], 200)

  await rename(file, `${file}.moved`)
  assert.deepEqual((await ready())[0], 503)
  assert.match((await ready())[1], /moved or replaced under the server/)
  await copyFile(`${file}.moved`, file)
  assert.equal((await ready())[0], 503, 'a copy is another file')
  await rename(`${file}.moved`, file)
  assert.deepEqual(await ready(), [200, ''])
})
