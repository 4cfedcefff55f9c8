import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { migrateToLatest } from '../migrate.ts'
import type { Schema } from '../schema/schema.ts'
import { TransactionalSqliteDialect } from '../sqlite-dialect.ts'
import { up as foundation } from './0001-foundation.ts'
import { up as searchIndex } from './0002-search-index.ts'

test('an older database keeps its accounts, and nobody in it has stopped mails', async () => {
  const db = new Kysely<Schema>({
    dialect: new TransactionalSqliteDialect({ database: new Database(':memory:') }),
  })
  await migrateToLatest(db, {
    '0001-foundation': { up: foundation },
    '0002-search-index': { up: searchIndex },
  })
  await sql`insert into account (id, email, display_name, password_hash, created_at, password_changed_at)
    values ('acc_1', 'a@example.com', 'A', 'x', 0, 0)`.execute(db)

  assert.equal(await migrateToLatest(db), false)
  const accounts = await db.selectFrom('account').select('id').execute()
  const stops = await db.selectFrom('mail_stop').selectAll().execute()
  const mails = await db.selectFrom('sandbox_mail').selectAll().execute()
  assert.deepEqual([accounts, stops, mails], [[{ id: 'acc_1' }], [], []])
  await db.destroy()
})
