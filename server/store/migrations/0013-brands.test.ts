import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { migrateToLatest } from '../migrate.ts'
import type { Schema } from '../schema/schema.ts'
import { TransactionalSqliteDialect } from '../sqlite-dialect.ts'
import { up as foundation } from './0001-foundation.ts'
import { up as searchIndex } from './0002-search-index.ts'
import { up as deletions } from './0007-deletions.ts'
import { up as searchDates } from './0008-search-dates.ts'
import { up as clients } from './0009-clients.ts'

test('associations, applications and grants of an older database stay as they are', async () => {
  const db = new Kysely<Schema>({
    dialect: new TransactionalSqliteDialect({ database: new Database(':memory:') }),
  })
  await migrateToLatest(db, {
    '0001-foundation': { up: foundation },
    '0002-search-index': { up: searchIndex },
    '0007-deletions': { up: deletions },
    '0008-search-dates': { up: searchDates },
    '0009-clients': { up: clients },
  })
  await sql`insert into account (id, email, display_name, password_hash, created_at, password_changed_at)
    values ('acc_1', 'a@example.com', 'A', 'x', 0, 0)`.execute(db)
  await sql`insert into practice (id, name, kind, organization_id, created_at)
    values ('prac_1', 'P', 'practice', 'o', 0)`.execute(db)
  await sql`insert into association (id, account_id, practice_id, role, patient_id, relationship, created_at)
    values ('asn_1', 'acc_1', 'prac_1', 'proxy', 'p', 'parent', 0)`.execute(db)
  await sql`insert into application
    (id, owner_account_id, name, kind, scopes, redirect_uris, legacy_url_parameters, created_at, updated_at)
    values ('app_1', 'acc_1', 'A', 'confidential', 'patient/*.read', '[]', 0, 0, 0)`.execute(db)
  await sql`insert into "grant" (id, account_id, application_id, scopes, created_at)
    values ('gr_1', 'acc_1', 'app_1', 'patient/*.read', 0)`.execute(db)

  assert.equal(await migrateToLatest(db), false)
  const association = await db.selectFrom('association').selectAll().executeTakeFirst()
  const application = await db.selectFrom('application').selectAll().executeTakeFirst()
  const grant = await db.selectFrom('grant').selectAll().executeTakeFirst()
  const brand = await db.selectFrom('practice_brand').selectAll().executeTakeFirst()
  assert.deepEqual(
    [association?.related_person_id, application?.post_logout_redirect_uris, grant?.sign_in_id, brand],
    [null, '[]', null, undefined],
  )
  await db.destroy()
})
