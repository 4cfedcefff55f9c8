import type { Kysely } from 'kysely'

/**
 * SMART App Launch: the context of a grant after a launch, launches that wait for their application, and the start addresses of
 * applications.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('application').addColumn('launch_uri', 'text').execute()
  // The context is read with the token at every request, so it has the key of the grant.
  await db.schema
    .createTable('grant_context')
    .addColumn('grant_id', 'text', (c) => c.primaryKey().references('grant.id'))
    .addColumn('patient_id', 'text', (c) => c.notNull())
    .addColumn('encounter_id', 'text')
    .addColumn('intent', 'text')
    .addColumn('fhir_context', 'text')
    .addColumn('need_patient_banner', 'integer', (c) => c.notNull())
    .addColumn('reaches_panel', 'integer', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('launch')
    .addColumn('id_hash', 'text', (c) => c.primaryKey())
    .addColumn('account_id', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('application_id', 'text', (c) => c.notNull().references('application.id'))
    .addColumn('association_id', 'text', (c) => c.notNull().references('association.id'))
    .addColumn('patient_id', 'text', (c) => c.notNull())
    .addColumn('encounter_id', 'text')
    .addColumn('intent', 'text')
    .addColumn('fhir_context', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('used_at', 'bigint')
    .addColumn('used_by', 'text')
    .execute()
  await db.schema.createIndex('launch_expiry').on('launch').columns(['expires_at']).execute()
}
