import type { Kysely } from 'kysely'

/**
 * Addresses that want no invitations, the mails of sandboxes, which are not sent, and an index for the number of launches of an
 * account. No existing row is changed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('mail_stop')
    .addColumn('address_hash', 'text', (c) => c.primaryKey())
    .addColumn('stopped_at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('sandbox_mail')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('practice_id', 'text', (c) => c.notNull().references('practice.id'))
    .addColumn('sealed', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createIndex('sandbox_mail_practice')
    .on('sandbox_mail')
    .columns(['practice_id', 'created_at'])
    .execute()
  await db.schema.createIndex('launch_account').on('launch').columns(['account_id', 'created_at']).execute()
}
