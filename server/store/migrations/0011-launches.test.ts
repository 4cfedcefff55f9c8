import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { createTokenOpener } from '#server/grants/open-grant.ts'
import { hashSecret } from '#server/secrets.ts'
import { migrateToLatest } from '../migrate.ts'
import type { Schema } from '../schema/schema.ts'
import { TransactionalSqliteDialect } from '../sqlite-dialect.ts'
import { up as foundation } from './0001-foundation.ts'
import { up as searchIndex } from './0002-search-index.ts'
import { up as deletions } from './0007-deletions.ts'
import { up as searchDates } from './0008-search-dates.ts'
import { up as clients } from './0009-clients.ts'

test('a grant from before launches still opens what it did, and is about no single patient', async () => {
  const db = new Kysely<Schema>({
    dialect: new TransactionalSqliteDialect({ database: new Database(':memory:') }),
  })
  const older = {
    '0001-foundation': { up: foundation },
    '0002-search-index': { up: searchIndex },
    '0007-deletions': { up: deletions },
    '0008-search-dates': { up: searchDates },
    '0009-clients': { up: clients },
  }
  assert.equal(await migrateToLatest(db, older), true)
  for (const statement of [
    `insert into account (id, email, display_name, password_hash, created_at, password_changed_at)
      values ('acc_1', 'a@example.com', 'A', 'x', 0, 0)`,
    `insert into practice (id, name, kind, organization_id, created_at) values ('prac_1', 'P', 'practice', 'o', 0)`,
    `insert into association (id, account_id, practice_id, role, relationship, created_at)
      values ('asn_1', 'acc_1', 'prac_1', 'provider', '', 0)`,
    `insert into application (id, owner_account_id, name, kind, scopes, redirect_uris, legacy_url_parameters, created_at, updated_at)
      values ('app_1', 'acc_1', 'A', 'public', 'launch/patient user/*.read', '[]', 0, 0, 0)`,
    `insert into "grant" (id, account_id, application_id, scopes, created_at)
      values ('gr_1', 'acc_1', 'app_1', 'launch/patient user/*.read', 0)`,
    `insert into grant_association (grant_id, association_id) values ('gr_1', 'asn_1')`,
    `insert into access_token (token_hash, grant_id, scopes, issued_at, expires_at)
      values ('${hashSecret('token')}', 'gr_1', 'user/*.read', 0, 9)`,
  ])
    await sql.raw(statement).execute(db)

  assert.equal(await migrateToLatest(db), false)
  const { patientIds, practiceIds, isBound } = await createTokenOpener(db, {
    now: () => new Date(1),
    ticks: () => 0,
  }).open('token')
  assert.deepEqual([patientIds, practiceIds, isBound], [[], ['prac_1'], false])
  const application = await db.selectFrom('application').select('launch_uri').executeTakeFirst()
  assert.equal(application?.launch_uri, null)
  await db.destroy()
})
