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
import { up as recordNumbers } from './0010-record-numbers.ts'

for (const practices of [['oak'], ['oak', 'elm']])
  test(`versions of records that are there become those of their practice, and others stay unknown beside ${practices.length - 1} other practices`, async () => {
    const db = new Kysely<Schema>({
      dialect: new TransactionalSqliteDialect({ database: new Database(':memory:') }),
    })
    await migrateToLatest(db, {
      '0001-foundation': { up: foundation },
      '0002-search-index': { up: searchIndex },
      '0007-deletions': { up: deletions },
      '0008-search-dates': { up: searchDates },
      '0009-clients': { up: clients },
      '0010-record-numbers': { up: recordNumbers },
    })
    for (const id of practices)
      await sql`insert into practice (id, name, kind, organization_id, created_at) values (${id}, 'P', 'practice', 'o', 0)`.execute(
        db,
      )
    await sql`insert into record (patient_id, type, id, version_id, last_updated, practice_id, compartments, content)
    values ('', 'Organization', 'org', 4, 0, 'oak', 1, '{}')`.execute(db)
    const version = (patientId: string, id: string, number: number, deleted: number) =>
      sql`insert into record_version (patient_id, type, id, version_id, last_updated, deleted, content)
      values (${patientId}, 'Organization', ${id}, ${number}, 0, ${deleted}, '{}')`.execute(db)
    await version('', 'org', 1, 0)
    await version('', 'org', 2, 1)
    await version('', 'org', 3, 0)
    await version('', 'gone', 1, 0)
    await version('', 'gone', 2, 1)
    await version('mia', 'org', 3, 0)

    await migrateToLatest(db)
    // Of one practice alone all are (0031).
    const unknown = practices.length === 1 ? 'oak' : null
    const rows = await db
      .selectFrom('record_version')
      .select(['patient_id', 'id', 'version_id', 'practice_id', 'method'])
      .orderBy('patient_id')
      .orderBy('id')
      .orderBy('version_id')
      .execute()
    assert.deepEqual(
      rows.map((row) => [row.patient_id, row.id, row.version_id, row.practice_id, row.method]),
      [
        ['', 'gone', 1, unknown, null],
        ['', 'gone', 2, unknown, null],
        ['', 'org', 1, unknown, null],
        ['', 'org', 2, unknown, null],
        ['', 'org', 3, 'oak', null],
        ['mia', 'org', 3, null, null],
      ],
    )
    await db.destroy()
  })
