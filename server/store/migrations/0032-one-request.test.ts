import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { migrateToLatest, migrations } from '../migrate.ts'
import type { Schema } from '../schema/schema.ts'
import { TransactionalSqliteDialect } from '../sqlite-dialect.ts'

test('of several open requests for one approval the oldest stays, and a second one is refused', async () => {
  const db = new Kysely<Schema>({
    dialect: new TransactionalSqliteDialect({ database: new Database(':memory:') }),
  })
  const before = Object.entries(migrations).filter(([name]) => name < '0032')
  await migrateToLatest(db, Object.fromEntries(before))
  await sql`insert into account (id, email, display_name, password_hash, created_at, password_changed_at)
    values ('acc_1', 'a@example.com', 'A', 'x', 0, 0)`.execute(db)
  await sql`insert into practice (id, name, kind, organization_id, created_at, requires_second_step)
    values ('prac_1', 'A', 'practice', 'o', 0, 0), ('prac_2', 'B', 'practice', 'p', 0, 0)`.execute(db)
  await sql`insert into application (id, owner_account_id, name, name_key, kind, scopes, redirect_uris, legacy_url_parameters,
      created_at, updated_at)
    values ('app_1', 'acc_1', 'A', 'a', 'confidential', 'system/*.rs', '[]', 0, 0, 0)`.execute(db)
  const add = (id: string, practice: string, at: number, decided: number | null = null) =>
    sql`insert into approval_request (id, application_id, practice_id, requested_by, requested_at, decided_at)
      values (${id}, 'app_1', ${practice}, 'acc_1', ${at}, ${decided})`.execute(db)
  await add('apr_decided', 'prac_1', 1, 2)
  await add('apr_new', 'prac_1', 5)
  await add('apr_b', 'prac_1', 3)
  await add('apr_a', 'prac_1', 3)
  await add('apr_other', 'prac_2', 4)

  assert.equal(await migrateToLatest(db), false)
  const open = await db
    .selectFrom('approval_request')
    .select('id')
    .where('decided_at', 'is', null)
    .orderBy('id')
    .execute()
  assert.deepEqual(
    open.map(({ id }) => id),
    ['apr_a', 'apr_other'],
  )
  await assert.rejects(add('apr_again', 'prac_1', 6), /UNIQUE/)
  await db.destroy()
})
