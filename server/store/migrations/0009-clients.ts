import type { Kysely } from 'kysely'

/**
 * How applications prove their identity, what practices approved for them, and keys that may be used only once. Columns are only
 * added, so that the step is quick on a large database.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await addApplicationColumns(db)
  await addPracticeGrants(db)
  // The thumbprint of the key to which a DPoP-bound token is bound (RFC 9449 §6).
  await db.schema.alterTable('access_token').addColumn('jkt', 'text').execute()
  await db.schema
    .createTable('used_once')
    .addColumn('key_hash', 'text', (c) => c.primaryKey())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema.createIndex('used_once_expiry').on('used_once').columns(['expires_at']).execute()
}

async function addApplicationColumns(db: Kysely<unknown>): Promise<void> {
  const add = (name: string, type: 'text' | 'integer') =>
    db.schema.alterTable('application').addColumn(name, type)
  await db.schema
    .alterTable('application')
    .addColumn('authentication', 'text', (c) => c.notNull().defaultTo('secret'))
    .execute()
  await add('jwks', 'text').execute()
  await add('jwks_uri', 'text').execute()
  for (const flag of ['requires_par', 'requires_dpop'])
    await db.schema
      .alterTable('application')
      .addColumn(flag, 'integer', (c) => c.notNull().defaultTo(0))
      .execute()
  await add('registration_token_hash', 'text').execute()
  await (db as Kysely<{ application: { kind: string; authentication: string } }>)
    .updateTable('application')
    .set({ authentication: 'none' })
    .where('kind', '=', 'public')
    .execute()
  await db.schema
    .createTable('registration_token')
    .addColumn('token_hash', 'text', (c) => c.primaryKey())
    .addColumn('owner_account_id', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute()
}

async function addPracticeGrants(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('grant').addColumn('practice_id', 'text').execute()
  // Finds the practice that approved an application, at each client_credentials request and for the practice's desk.
  await db.schema
    .createIndex('grant_practice')
    .on('grant')
    .columns(['practice_id', 'application_id'])
    .execute()
  await db.schema
    .createTable('approval_request')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('application_id', 'text', (c) => c.notNull().references('application.id'))
    .addColumn('practice_id', 'text', (c) => c.notNull().references('practice.id'))
    .addColumn('requested_by', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('requested_at', 'bigint', (c) => c.notNull())
    .addColumn('decided_at', 'bigint')
    .execute()
  // The practice's list of open requests; the developer's own, by the application.
  await db.schema
    .createIndex('approval_request_practice')
    .on('approval_request')
    .columns(['practice_id'])
    .execute()
  await db.schema
    .createIndex('approval_request_application')
    .on('approval_request')
    .columns(['application_id'])
    .execute()
}
