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

test('a database that is older, though it has a later step, keeps its applications and their tokens', async () => {
  const db = new Kysely<Schema>({
    dialect: new TransactionalSqliteDialect({ database: new Database(':memory:') }),
  })
  const older = {
    '0001-foundation': { up: foundation },
    '0002-search-index': { up: searchIndex },
    '0007-deletions': { up: deletions },
  }
  assert.equal(await migrateToLatest(db, older), true)
  await sql`insert into account (id, email, display_name, password_hash, created_at, password_changed_at)
    values ('acc_1', 'a@example.com', 'A', 'x', 0, 0)`.execute(db)
  for (const kind of ['confidential', 'public'])
    await sql`insert into application
      (id, owner_account_id, name, kind, scopes, redirect_uris, legacy_url_parameters, created_at, updated_at)
      values (${`app_${kind}`}, 'acc_1', 'A', ${kind}, 'patient/*.read', '[]', 0, 0, 0)`.execute(db)
  await sql`insert into "grant" (id, account_id, application_id, scopes, created_at)
    values ('gr_1', 'acc_1', 'app_public', 'patient/*.read', 0)`.execute(db)
  await sql`insert into access_token (token_hash, grant_id, scopes, issued_at, expires_at)
    values ('h', 'gr_1', 'patient/*.read', 0, 9)`.execute(db)

  assert.equal(await migrateToLatest(db), false)
  const applications = await db.selectFrom('application').selectAll().orderBy('id').execute()
  assert.deepEqual(
    applications.map(({ authentication, requires_par, requires_dpop, jwks }) => ({
      authentication,
      requires_par,
      requires_dpop,
      jwks,
    })),
    [
      { authentication: 'secret', requires_par: 0, requires_dpop: 0, jwks: null },
      { authentication: 'none', requires_par: 0, requires_dpop: 0, jwks: null },
    ],
  )
  const token = await db.selectFrom('access_token').select('jkt').executeTakeFirst()
  const grant = await db.selectFrom('grant').select('practice_id').executeTakeFirst()
  assert.deepEqual([token?.jkt, grant?.practice_id], [null, null])
  await db.destroy()
})
