import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { Kysely } from 'kysely'
import { writeLazily } from './lazy-writes.ts'
import type { Schema } from './schema/schema.ts'
import { TransactionalSqliteDialect } from './sqlite-dialect.ts'
import { withStatementCache } from './statement-cache.ts'
import { openWalSync } from './sync-wal.ts'

/** A database whose disk takes as long as the test wants. */
function openSlow() {
  const waiting: Array<{ resolve(): void; reject(error: Error): void }> = []
  const sqlite = new Database(':memory:')
  sqlite.exec(
    'create table throttle (key text primary key, attempts integer, blocked_until integer, expires_at integer)',
  )
  const db = new Kysely<Schema>({
    dialect: new TransactionalSqliteDialect({
      database: withStatementCache(sqlite),
      sync: () => new Promise<void>((resolve, reject) => waiting.push({ resolve, reject })),
    }),
  })
  const write = (key: string) =>
    db.insertInto('throttle').values({ key, attempts: 0, blocked_until: 0, expires_at: 0 }).execute()
  return { db, write, waiting }
}

const settle = () => new Promise((done) => setImmediate(done))

test('a write is acknowledged when the disk has it; others go on in the meantime', async () => {
  const { db, write, waiting } = openSlow()
  const acknowledged: string[] = []
  const note = (name: string, work: Promise<unknown>) => work.then(() => acknowledged.push(name))
  void note('one', write('one'))
  void note(
    'two',
    db.transaction().execute(async (trx) => {
      await trx.deleteFrom('throttle').where('key', '=', 'one').execute()
      await trx
        .insertInto('throttle')
        .values({ key: 'two', attempts: 0, blocked_until: 0, expires_at: 0 })
        .execute()
    }),
  )
  await settle()
  assert.equal(waiting.length, 2)
  assert.deepEqual(acknowledged, [])
  // Who only reads, or whose transaction was undone before, waits for nothing.
  assert.deepEqual(await db.selectFrom('throttle').select('key').execute(), [{ key: 'two' }])
  assert.equal(waiting.length, 2)
  for (const { resolve } of waiting) resolve()
  await settle()
  assert.deepEqual(acknowledged.sort(), ['one', 'two'])
})

test('what is written lazily does not wait, and what the disk refuses is no acknowledged write', async () => {
  const { write, waiting } = openSlow()
  await writeLazily(() => write('counter'))
  assert.equal(waiting.length, 0)
  const refused = write('record')
  await settle()
  waiting[0]?.reject(Object.assign(new Error('no'), { code: 'SQLITE_IOERR_FSYNC' }))
  await assert.rejects(refused, { code: 'SQLITE_IOERR_FSYNC' })
  // The connection is free again.
  const next = write('next')
  await settle()
  waiting[1]?.resolve()
  await next
})

test('all who commit while the disk is busy share the next wait', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-wal-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'onpatient.db')
  const sqlite = new Database(file)
  sqlite.pragma('journal_mode = WAL')
  sqlite.exec('create table row (value)')
  const wal = openWalSync(file)
  const first = wal.sync()
  const [second, third] = [wal.sync(), wal.sync()]
  const order: string[] = []
  await Promise.all([
    first.then(() => order.push('first')),
    second.then(() => order.push('second')),
    third.then(() => order.push('third')),
  ])
  assert.deepEqual(order, ['first', 'second', 'third'])
  wal.close()
  sqlite.close()
})
