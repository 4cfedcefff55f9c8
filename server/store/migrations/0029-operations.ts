import type { Kysely } from 'kysely'

/**
 * Tables for operating the server: mails that wait to be sent, mails that a server without a mail server shows, invitations to
 * sign up, the state of scheduled work, and the network address of a sign-in. No existing row is changed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createMails(db)
  await db.schema
    .createTable('sign_up_invitation')
    .addColumn('token_hash', 'text', (c) => c.primaryKey())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('email', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('used_at', 'bigint')
    .execute()
  await db.schema
    .createTable('scheduled_work')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('held_until', 'bigint', (c) => c.notNull())
    .addColumn('holder', 'text')
    .addColumn('began_at', 'bigint', (c) => c.notNull())
    .addColumn('succeeded_at', 'bigint')
    .addColumn('failed_at', 'bigint')
    .addColumn('reason', 'text')
    .execute()
  await db.schema.alterTable('sign_in').addColumn('address', 'text').execute()
}

async function createMails(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('queued_mail')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('sealed', 'text')
    .addColumn('about', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('useful_until', 'bigint', (c) => c.notNull())
    .addColumn('due_at', 'bigint', (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('claim', 'text')
    .addColumn('given_up_at', 'bigint')
    .addColumn('reason', 'text')
    .execute()
  // Finds the due mails, and the number of waiting ones.
  await db.schema
    .createIndex('queued_mail_due')
    .on('queued_mail')
    .columns(['given_up_at', 'due_at'])
    .execute()
  // "Did this invitation arrive", on the desk of a practice.
  await db.schema.createIndex('queued_mail_about').on('queued_mail').columns(['about']).execute()
  await db.schema
    .createTable('outbox_mail')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('sealed', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('ordinal', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createIndex('outbox_mail_newest')
    .on('outbox_mail')
    .columns(['created_at', 'ordinal'])
    .execute()
}
