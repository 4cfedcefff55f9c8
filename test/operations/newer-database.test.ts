import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { Kysely } from 'kysely'
import { migrateToLatest, NewerDatabaseError } from '#server/store/migrate.ts'
import { TransactionalSqliteDialect } from '#server/store/sqlite-dialect.ts'
import { openSqliteStore } from '#server/store/store.ts'

test('a database of a newer version is refused with what to do, and left as it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-newer-'))
  const file = join(folder, 'onpatient.db')
  try {
    await (await openSqliteStore(file)).close()
    const newer = new Database(file)
    newer
      .prepare('insert into kysely_migration (name, timestamp) values (?, ?)')
      .run('9999-from-the-future', 'x')
    newer.exec('create table from_the_future (x text)')
    newer.close()
    await assert.rejects(openSqliteStore(file), (error: Error) => {
      assert.ok(error instanceof NewerDatabaseError)
      assert.match(error.message, /newer version/)
      assert.match(error.message, /9999-from-the-future/)
      assert.match(error.message, /restore a backup/)
      return true
    })
    const untouched = new Database(file)
    assert.equal(untouched.prepare('select count(*) as n from from_the_future').get()?.constructor, Object)
    untouched.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('opening twice changes nothing: migrations run once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-twice-'))
  const file = join(folder, 'onpatient.db')
  try {
    const first = await openSqliteStore(file)
    assert.equal(first.isNew, true)
    await first.close()
    const second = await openSqliteStore(file)
    assert.equal(second.isNew, false)
    await second.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a migration that fails leaves nothing behind, and works once it is corrected', async () => {
  const db = new Kysely<unknown>({
    dialect: new TransactionalSqliteDialect({ database: new Database(':memory:') }),
  })
  const createTable = async (name: string) => {
    await db.schema.createTable(name).addColumn('id', 'text').execute()
  }
  const first = { up: (tx: Kysely<unknown>) => tx.schema.createTable('a').addColumn('id', 'text').execute() }
  const failing = {
    async up(tx: Kysely<unknown>) {
      await tx.schema.createTable('b').addColumn('id', 'text').execute()
      throw new Error('in the middle')
    },
  }
  await migrateToLatest(db, { '1': first })
  await assert.rejects(migrateToLatest(db, { '1': first, '2': failing }), /in the middle/)
  // Were the table still there, this would fail.
  await createTable('b')
  await db.schema.dropTable('b').execute()
  const corrected = {
    up: (tx: Kysely<unknown>) => tx.schema.createTable('b').addColumn('id', 'text').execute(),
  }
  await migrateToLatest(db, { '1': first, '2': corrected })
  await assert.rejects(createTable('b'), /already exists/)
  await db.destroy()
})
