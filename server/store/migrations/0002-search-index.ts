import { type Kysely, SqliteAdapter, sql } from 'kysely'

/**
 * What search compares, taken from each record when it is written. Rows lie in the order of their key, which begins with the
 * patient, so that a search in one compartment never reads the rows of another.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // A table that is its own index: half the disk, one write a row. PostgreSQL has no such tables.
  const isSqlite = db.getExecutor().adapter instanceof SqliteAdapter
  const clustered = isSqlite ? sql`without rowid` : sql``
  const text = isSqlite ? sql`text` : sql`text collate "C"`
  // Tokens, strings, references and uris. `system` is the system of a token, or a string as it was written.
  await db.schema
    .createTable('record_text')
    .addColumn('patient_id', text, (c) => c.notNull())
    .addColumn('type', text, (c) => c.notNull())
    .addColumn('param', text, (c) => c.notNull())
    .addColumn('value', text, (c) => c.notNull())
    .addColumn('id', text, (c) => c.notNull())
    .addColumn('system', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('record_text_pk', ['patient_id', 'type', 'param', 'value', 'id', 'system'])
    .modifyEnd(clustered)
    .execute()
  // Dates, numbers and quantities as ranges [low, high). `unit` is their unit.
  await db.schema
    .createTable('record_range')
    .addColumn('patient_id', text, (c) => c.notNull())
    .addColumn('type', text, (c) => c.notNull())
    .addColumn('param', text, (c) => c.notNull())
    .addColumn('id', text, (c) => c.notNull())
    .addColumn('low', 'double precision', (c) => c.notNull())
    .addColumn('high', 'double precision', (c) => c.notNull())
    .addColumn('unit', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('record_range_pk', ['patient_id', 'type', 'param', 'id', 'low', 'high', 'unit'])
    .modifyEnd(clustered)
    .execute()
  // The version of the rules by which the rows above were written. With new rules they are written again.
  await db.schema
    .createTable('search_index')
    .addColumn('version', 'integer', (c) => c.notNull())
    .execute()
}
