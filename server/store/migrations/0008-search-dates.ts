import { type Kysely, SqliteAdapter, sql } from 'kysely'

/**
 * Rows of text carry the main date of their record, so that "the laboratory results since 2015, newest first" is answered
 * from the rows of one code alone. The table is written anew from the records when the server starts.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const text = isSqlite ? sql`text` : sql`text collate "C"`
  await db.schema.dropTable('record_text').execute()
  await db.schema
    .createTable('record_text')
    .addColumn('patient_id', text, (c) => c.notNull())
    .addColumn('type', text, (c) => c.notNull())
    .addColumn('param', text, (c) => c.notNull())
    .addColumn('value', text, (c) => c.notNull())
    .addColumn('id', text, (c) => c.notNull())
    .addColumn('system', text, (c) => c.notNull())
    // Of the main date (fhir/search/main-date.ts).
    .addColumn('low', 'double precision', (c) => c.notNull())
    .addColumn('high', 'double precision', (c) => c.notNull())
    .addPrimaryKeyConstraint('record_text_pk', ['patient_id', 'type', 'param', 'value', 'id', 'system'])
    .modifyEnd(isSqlite ? sql`without rowid` : sql``)
    .execute()
  await db.deleteFrom('search_index' as never).execute()
}
