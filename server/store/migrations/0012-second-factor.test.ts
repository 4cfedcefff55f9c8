import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { migrateToLatest } from '../migrate.ts'
import type { Schema } from '../schema/schema.ts'
import { TransactionalSqliteDialect } from '../sqlite-dialect.ts'
import { up as foundation } from './0001-foundation.ts'

test('sign-ins of an older database go on, as of one step and long unproven; no practice asks for more', async () => {
  const db = new Kysely<Schema>({
    dialect: new TransactionalSqliteDialect({ database: new Database(':memory:') }),
  })
  await migrateToLatest(db, { '0001-foundation': { up: foundation } })
  await sql`insert into account (id, email, display_name, password_hash, created_at, password_changed_at)
    values ('acc_1', 'a@example.com', 'A', 'x', 0, 0)`.execute(db)
  await sql`insert into sign_in (id, token_hash, account_id, created_at, last_seen_at, expires_at, user_agent)
    values ('sig_1', 'h', 'acc_1', 5, 5, 9, 'x')`.execute(db)
  await sql`insert into practice (id, name, kind, organization_id, created_at)
    values ('prac_1', 'North', 'practice', 'o', 0)`.execute(db)

  assert.equal(await migrateToLatest(db), false)
  const signIn = await db.selectFrom('sign_in').selectAll().executeTakeFirstOrThrow()
  assert.deepEqual([signIn.factor_at, signIn.proven_at, signIn.expires_at], [null, 0, 9])
  const practice = await db.selectFrom('practice').select('requires_second_step').executeTakeFirst()
  assert.equal(practice?.requires_second_step, 0)
  await db.destroy()
})
