import type { Kysely } from 'kysely'

/** A second step at sign-in: authenticator apps, passkeys, recovery codes, and practices that ask their staff for it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // The times at which a second step was passed in this sign-in, and at which the person last proved their identity.
  await db.schema.alterTable('sign_in').addColumn('factor_at', 'bigint').execute()
  await db.schema
    .alterTable('sign_in')
    .addColumn('proven_at', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('practice')
    .addColumn('requires_second_step', 'integer', (c) => c.notNull().defaultTo(0))
    .execute()
  await createPending(db)
  await createCodes(db)
  await createPasskeys(db)
}

async function createPending(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('pending_sign_in')
    .addColumn('token_hash', 'text', (c) => c.primaryKey())
    .addColumn('account_id', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute()
  // A new password ends sign-ins that the old one began.
  await db.schema
    .createIndex('pending_sign_in_account')
    .on('pending_sign_in')
    .columns(['account_id'])
    .execute()
}

async function createCodes(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('authenticator_app')
    .addColumn('account_id', 'text', (c) => c.primaryKey().references('account.id'))
    .addColumn('sealed_secret', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('confirmed_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .addColumn('last_step', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('recovery_code')
    .addColumn('account_id', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('code_hash', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('used_at', 'bigint')
    .addPrimaryKeyConstraint('recovery_code_pk', ['account_id', 'code_hash'])
    .execute()
}

async function createPasskeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('passkey')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('account_id', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('credential_id', 'text', (c) => c.notNull().unique())
    .addColumn('public_key', 'text', (c) => c.notNull())
    .addColumn('sign_count', 'bigint', (c) => c.notNull())
    .addColumn('transports', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('last_used_at', 'bigint')
    .execute()
  // "Has this account a passkey", at each sign-in with its password.
  await db.schema.createIndex('passkey_account').on('passkey').columns(['account_id']).execute()
  await db.schema
    .createTable('passkey_challenge')
    .addColumn('challenge_hash', 'text', (c) => c.primaryKey())
    .addColumn('purpose', 'text', (c) => c.notNull())
    .addColumn('browser_hash', 'text', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute()
}
