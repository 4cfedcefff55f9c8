import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openCommandLine, waitForAddress } from './run-onpatient.ts'

const owner = ['--email', 'dr@elm.example', '--password', 'nine quiet lanterns', '--practice', 'Elm']

test('what holds records is for this account alone: folder, database, backups, exports, reports', async () => {
  const umask = process.umask(0o022)
  await using cli = await openCommandLine({ DATABASE_URL: 'sqlite:./data/onpatient.db', DEMO: 'off' })
  try {
    const path = (name: string) => join(cli.folder, name)
    const modeOf = (name: string) => (statSync(path(name)).mode & 0o777).toString(8)
    const run = async (...args: string[]) => {
      const { code, stderr } = await cli.run(...args)
      assert.equal(code, 0, stderr)
    }
    await run('account', 'create', ...owner)
    assert.deepEqual([modeOf('data'), modeOf('data/onpatient.db')], ['700', '600'])

    // As an earlier version left them.
    chmodSync(path('data'), 0o755)
    for (const name of ['onpatient.db', 'onpatient.db-wal', 'onpatient.db-shm']) {
      if (!existsSync(path(`data/${name}`))) writeFileSync(path(`data/${name}`), '')
      chmodSync(path(`data/${name}`), 0o644)
    }
    const server = cli.start('serve')
    const { portalUrl } = await waitForAddress(server)
    await fetch(`${portalUrl}/readyz`)
    assert.equal(modeOf('data'), '700')
    for (const name of ['onpatient.db', 'onpatient.db-wal', 'onpatient.db-shm'])
      assert.equal(modeOf(`data/${name}`), '600', name)
    await run('backup', 'copy.db')
    await run('backup', 'copy.db.gz')
    server.kill('SIGTERM')
    await once(server, 'exit')

    await writeFile(path('mia.ndjson'), '{"resourceType":"Patient","id":"mia"}\n')
    await run('import', 'mia.ndjson', '--report', 'report.ndjson')
    mkdirSync(path('out'), { mode: 0o755 })
    await run('export', 'out')
    await run('export', 'deep/out', '--gzip')
    await run('restore', 'copy.db', '--force')
    for (const folder of ['data', 'out', 'deep', 'deep/out']) assert.equal(modeOf(folder), '700', folder)
    const files = ['copy.db', 'copy.db.gz', 'report.ndjson', 'data/onpatient.db']
    for (const folder of ['data', 'out', 'deep/out'])
      files.push(...readdirSync(path(folder)).map((name) => `${folder}/${name}`))
    for (const file of files) assert.equal(modeOf(file), '600', file)
    assert.match((await cli.run('doctor')).stdout, /ok +files: only this account/)
  } finally {
    process.umask(umask)
  }
})

test('a folder that holds more than the database stays as it is, and doctor says so', async () => {
  await using cli = await openCommandLine({ DEMO: 'off' })
  chmodSync(cli.folder, 0o755)
  await cli.run('account', 'create', ...owner)
  const { code, stdout } = await cli.run('doctor')
  assert.equal(code, 1)
  assert.match(
    stdout,
    /PROBLEM +files: other accounts of this machine may open \S+ \(0755\): run "chmod go-rwx"/,
  )
  assert.equal(statSync(cli.folder).mode & 0o777, 0o755)
  assert.equal(statSync(join(cli.folder, 'onpatient.db')).mode & 0o777, 0o600)
})
