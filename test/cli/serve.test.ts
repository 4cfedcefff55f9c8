import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { fieldOf, openBrowser } from '../support/browser.ts'
import { openCommandLine, waitForAddress } from './run-onpatient.ts'

const get = async (url: string) => (await fetch(url)).status

test('the first start makes the demo and prints its sign-ins; they work; a second start makes nothing anew', async () => {
  await using cli = await openCommandLine()
  const first = cli.start('serve')
  const { portalUrl, printed } = await waitForAddress(first)
  assert.match(printed, /provider@demo\.example/)
  assert.match(printed, /\/demo\/client/)
  const [, password = ''] = /password of all: (\S+)\)/.exec(printed) ?? []
  for (const email of ['provider@demo.example', 'patient@demo.example', 'parent@demo.example']) {
    const browser = openBrowser()
    const page = await browser.get(`${portalUrl}/signin`)
    const form = { _csrf: fieldOf(page, '_csrf'), email, password }
    assert.equal((await browser.post(`${portalUrl}/signin`, form)).status, 303, email)
  }
  first.kill('SIGTERM')
  assert.deepEqual(await once(first, 'exit'), [0, null])

  const count = () => {
    const db = new Database(join(cli.folder, 'onpatient.db'), { readonly: true })
    const { n } = db.prepare('select count(*) as n from record').get() as { n: number }
    db.close()
    return n
  }
  const before = count()
  assert.ok(before > 1000)
  const second = cli.start('serve')
  const again = await waitForAddress(second)
  assert.doesNotMatch(again.printed, /Making the demo/)
  assert.equal(await get(`${again.portalUrl}/healthz`), 200)
  second.kill('SIGINT')
  assert.deepEqual(await once(second, 'exit'), [0, null])
  assert.equal(count(), before)
})

test('in production there is no demo, no outbox page and no demo client', async () => {
  await using cli = await openCommandLine({ NODE_ENV: 'production' })
  const child = cli.start('serve')
  const { portalUrl, printed } = await waitForAddress(child)
  assert.doesNotMatch(printed, /demo/)
  for (const path of ['/outbox', '/demo/client']) assert.equal(await get(`${portalUrl}${path}`), 404, path)
  assert.equal(await get(`${portalUrl}/signin`), 200)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('a database with the demo does not start in production, unless it says so or the demo was ended', async () => {
  await using tryout = await openCommandLine()
  await tryout.run('demo', '--patients', '5')
  const database = { DATABASE_URL: `sqlite:${join(tryout.folder, 'onpatient.db')}`, NODE_ENV: 'production' }
  await using cli = await openCommandLine(database)
  for (const workers of ['1', '2']) {
    await using several = await openCommandLine({ ...database, WORKERS: workers })
    const refused = await several.run('serve')
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /everybody knows the password of provider@demo\.example/)
    assert.match(refused.stderr, /demo --end/)
    assert.doesNotMatch(refused.stderr, /maple|\bat .*\.ts/)
  }
  const told = await cli.run('doctor')
  assert.equal(told.code, 1)
  assert.match(told.stdout, /PROBLEM +demo: provider@demo\.example.*demo --end/)

  await using meant = await openCommandLine({ ...database, DEMO: 'on' })
  const publicDemo = meant.start('serve')
  await waitForAddress(publicDemo)
  publicDemo.kill('SIGTERM')
  await once(publicDemo, 'exit')

  const ended = await cli.run('demo', '--end')
  assert.equal(ended.code, 0, ended.stderr)
  assert.match(ended.stdout, /parent@demo\.example.*records.* are as they were/s)
  const child = cli.start('serve')
  const { portalUrl } = await waitForAddress(child)
  assert.equal(await get(`${portalUrl}/healthz`), 200)
  child.kill('SIGTERM')
  await once(child, 'exit')
})

test('DEMO=off starts empty', async () => {
  await using cli = await openCommandLine({ DEMO: 'off' })
  const child = cli.start('serve')
  const { printed } = await waitForAddress(child)
  assert.doesNotMatch(printed, /demo\.example/)
  child.kill('SIGTERM')
  await once(child, 'exit')
})

test('an import that was killed is completed by the same command', async () => {
  await using cli = await openCommandLine({ DEMO: 'off' })
  const owner = ['--email', 'dr@elm.example', '--password', 'nine quiet lanterns', '--practice', 'Elm']
  await cli.run('account', 'create', ...owner)
  const lines = ['{"resourceType":"Patient","id":"mia"}']
  for (let index = 0; index < 20_000; index++)
    lines.push(
      `{"resourceType":"Observation","id":"o${index}","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/mia"}}`,
    )
  await writeFile(join(cli.folder, 'big.ndjson'), lines.join('\n'))
  const file = join(cli.folder, 'onpatient.db')
  const count = () => {
    const db = new Database(file, { readonly: true })
    const { n } = db.prepare("select count(*) as n from record where type = 'Observation'").get() as {
      n: number
    }
    db.close()
    return n
  }
  const child = cli.start('import', 'big.ndjson')
  while (count() === 0 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill('SIGKILL')
  await once(child, 'exit')
  const partial = count()
  assert.ok(partial > 0 && partial < 20_000, `killed in the middle: ${partial}`)
  const again = await cli.run('import', 'big.ndjson', '--json')
  assert.equal(again.code, 0, again.stderr)
  const { created, unchanged } = JSON.parse(again.stdout)
  assert.equal(count(), 20_000)
  assert.equal(created + unchanged, 20_001)
  assert.ok(unchanged >= partial, 'what was written before the kill was kept')
})
