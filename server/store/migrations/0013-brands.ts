import type { Kysely } from 'kysely'

/**
 * The RelatedPerson record of a proxy, the sign-in of a grant, the addresses after signing out, and how apps find a practice.
 * Columns are only added, so that the step is quick on a large database.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // The RelatedPerson record of a proxy. In older databases it is null until it is needed.
  await db.schema.alterTable('association').addColumn('related_person_id', 'text').execute()
  await db.schema.alterTable('invitation').addColumn('related_person_id', 'text').execute()
  await db.schema.alterTable('grant').addColumn('sign_in_id', 'text').execute()
  await db.schema
    .alterTable('application')
    .addColumn('post_logout_redirect_uris', 'text', (c) => c.notNull().defaultTo('[]'))
    .execute()
  await db.schema
    .createTable('practice_brand')
    .addColumn('practice_id', 'text', (c) => c.primaryKey().references('practice.id'))
    .addColumn('is_listed', 'integer', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('aliases', 'text', (c) => c.notNull())
    .addColumn('npi', 'text')
    .addColumn('website', 'text')
    .addColumn('logo_uri', 'text')
    .addColumn('description', 'text')
    .addColumn('phone', 'text')
    .addColumn('address_line', 'text')
    .addColumn('city', 'text')
    .addColumn('state', 'text')
    .addColumn('postal_code', 'text')
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .execute()
  // Finds the published list in a fixed order.
  await db.schema
    .createIndex('practice_brand_listed')
    .on('practice_brand')
    .columns(['is_listed', 'practice_id'])
    .execute()
}
