import { type Kysely, sql } from 'kysely'

/**
 * A version keeps its practice, so that a deleted record outside all compartments still belongs to its practice, and its method.
 * The search index keeps the place up to which it was written again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('record').addColumn('method', 'text').execute()
  await db.schema.alterTable('record_version').addColumn('method', 'text').execute()
  await db.schema.alterTable('record_version').addColumn('practice_id', 'text').execute()
  // The practice of an older version is known when the record still exists, from its last deletion on. Before that another
  // practice may have had the id.
  await sql`update record_version set practice_id = (
      select max(record.practice_id) from record where record.type = record_version.type and record.id = record_version.id)
    where patient_id = '' and not exists (
      select 1 from record_version as gone
      where gone.type = record_version.type and gone.id = record_version.id and gone.deleted = 1
        and gone.version_id >= record_version.version_id)`.execute(db)
  await db.schema
    .createIndex('record_version_practice')
    .on('record_version')
    .columns(['practice_id', 'type', 'id', 'version_id'])
    .where(sql.ref('patient_id'), '=', '')
    .execute()
  await db.schema.alterTable('search_index').addColumn('next_version', 'integer').execute()
  await db.schema.alterTable('search_index').addColumn('next_place', 'text').execute()
}
