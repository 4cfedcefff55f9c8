import { type Kysely, sql } from 'kysely'

/** A record that is written again after its deletion continues the count of versions. This finds the deletion by its address. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('record_version_deletion')
    .on('record_version')
    .columns(['type', 'id', 'version_id', 'patient_id'])
    .where(sql.ref('deleted'), '=', 1)
    .execute()
}
