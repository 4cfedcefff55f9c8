import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { startCheckpoints } from './checkpoints.ts'

test('what was committed gets into the database file without a checkpoint of the process that writes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-checkpoints-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'onpatient.db')
  const database = new Database(file)
  t.after(() => database.close())
  database.pragma('journal_mode = WAL')
  database.pragma('wal_autocheckpoint = 0')
  const checkpoints = startCheckpoints(file, (error) => t.assert.fail(error.message))
  t.after(() => checkpoints.stop())
  const sizes: number[] = []
  database.exec('create table piece (text)')
  for (let round = 0; round < 2; round++) {
    database.prepare('insert into piece values (zeroblob(?))').run(6 * 1024 * 1024)
    const expected = (round + 1) * 6 * 1024 * 1024
    for (let tries = 0; tries < 200 && (sizes[round] ?? 0) < expected; tries++) {
      await sleep(50)
      sizes[round] = (await stat(file)).size
    }
    assert.ok((sizes[round] ?? 0) >= expected, String(sizes))
  }
})

test('a thread that fails is reported, and started again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-checkpoints-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'onpatient.db')
  await writeFile(file, 'no database'.repeat(1000))
  await writeFile(`${file}-wal`, Buffer.alloc(5 * 1024 * 1024))
  const failed = Promise.withResolvers<Error>()
  const checkpoints = startCheckpoints(file, failed.resolve)
  t.after(() => checkpoints.stop())
  assert.match(String(await failed.promise), /not a database/)
})
