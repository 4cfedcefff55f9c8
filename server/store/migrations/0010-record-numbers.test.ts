import assert from 'node:assert/strict'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { createRecords } from '#server/records/records.ts'
import { systemRandom } from '../../secrets.ts'
import { migrateToLatest } from '../migrate.ts'
import type { Schema } from '../schema/schema.ts'
import { TransactionalSqliteDialect } from '../sqlite-dialect.ts'
import { up as foundation } from './0001-foundation.ts'
import { up as searchIndex } from './0002-search-index.ts'
import { up as deletions } from './0007-deletions.ts'
import { up as searchDates } from './0008-search-dates.ts'
import { up as clients } from './0009-clients.ts'

const older = {
  '0001-foundation': { up: foundation },
  '0002-search-index': { up: searchIndex },
  '0007-deletions': { up: deletions },
  '0008-search-dates': { up: searchDates },
  '0009-clients': { up: clients },
}

test('records of an older database keep everything, and are found again after the start', async () => {
  const sqlite = new Database(':memory:')
  const db = new Kysely<Schema>({ dialect: new TransactionalSqliteDialect({ database: sqlite }) })
  await migrateToLatest(db, older)
  const contentOf = (id: string) =>
    JSON.stringify({
      resourceType: 'Immunization',
      id,
      meta: { versionId: '3' },
      status: 'completed',
      patient: { reference: 'Patient/ana' },
    })
  for (const id of ['b', 'a'])
    await sql`insert into record
      (patient_id, type, id, version_id, last_updated, practice_id, compartments, date_start, date_end, content)
      values ('ana', 'Immunization', ${id}, 3, 5, 'oak', 1, null, 7, ${contentOf(id)})`.execute(db)
  await sql`insert into search_index (version) values (2)`.execute(db)
  const indexesBefore = listIndexes(sqlite)

  await migrateToLatest(db)
  const rows = await db.selectFrom('record').selectAll().orderBy('no').execute()
  const rest = {
    patient_id: 'ana',
    type: 'Immunization',
    version_id: 3,
    last_updated: 5,
    practice_id: 'oak',
    compartments: 1,
    date_start: null,
    date_end: 7,
    method: null,
  }
  assert.deepEqual(rows, [
    { no: 1, id: 'a', content: contentOf('a'), ...rest },
    { no: 2, id: 'b', content: contentOf('b'), ...rest },
  ])
  assert.deepEqual(listIndexes(sqlite), [...indexesBefore, 'record_changed', 'record_pk'].sort())
  await assert.rejects(
    db
      .insertInto('record')
      .values({ ...rest, id: 'a', content: '' })
      .execute(),
    /UNIQUE/,
  )

  const records = createRecords({
    db,
    clock: { now: () => new Date(0), ticks: () => 0 },
    random: systemRandom,
  })
  await records.bringIndexUpToDate()
  const indexed = await db.selectFrom('record_text').select('record_no').distinct().execute()
  assert.deepEqual(indexed.map(({ record_no }) => record_no).sort(), [1, 2])
  await db.destroy()
})

/** Indexes of `record` that were made by name. */
function listIndexes(sqlite: Database.Database): string[] {
  return sqlite
    .prepare(
      "select name from sqlite_schema where type = 'index' and tbl_name = 'record' and sql is not null order by name",
    )
    .pluck()
    .all() as string[]
}
