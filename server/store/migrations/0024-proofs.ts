import { type Kysely, sql } from 'kysely'

/**
 * Things that are proved before they count: known browsers of an account, invitations that wait for the practice, and changes of
 * approved backend services that wait for the practices.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createKnownDevices(db)
  for (const [name, type] of [
    ['claimed_by', 'text'],
    ['claimed_at', 'bigint'],
  ] as const)
    await db.schema.alterTable('invitation').addColumn(name, type).execute()
  // "What does this account wait for", at each look at its home page.
  await db.schema.createIndex('invitation_claimed').on('invitation').columns(['claimed_by']).execute()
  await createChanges(db)
  await forgetUnproved(db)
}

/** Deletes unproved passwords and links, and the key of marks that could not be ended. */
export async function forgetUnproved(db: Kysely<unknown>): Promise<void> {
  // It signed the marks of known browsers, which were not kept and could not be ended.
  await sql`delete from server_key where name = 'device'`.execute(db)
  // A password from before the proof of the address does not count. The page behind the link asks for a new one.
  const open = sql<{ token_hash: string; payload: string }>`
    select token_hash, payload from mail_link where purpose = 'finish-sign-up' and used_at is null`
  for (const { token_hash, payload } of (await open.execute(db)).rows) {
    const { passwordHash: _, ...rest } = JSON.parse(payload) as Record<string, unknown>
    await sql`update mail_link set payload = ${JSON.stringify(rest)} where token_hash = ${token_hash}`.execute(
      db,
    )
  }
  // The page of this link would confirm without the sign-in that asked for it.
  await sql`update mail_link set used_at = created_at where purpose = 'change-email' and used_at is null`.execute(
    db,
  )
}

async function createKnownDevices(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('known_device')
    .addColumn('mark_hash', 'text', (c) => c.primaryKey())
    .addColumn('account_id', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute()
  // A new password ends them all.
  await db.schema.createIndex('known_device_account').on('known_device').columns(['account_id']).execute()
}

async function createChanges(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('application_change')
    .addColumn('application_id', 'text', (c) => c.primaryKey().references('application.id'))
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('columns', 'text', (c) => c.notNull())
    .addColumn('requested_at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('application_change_consent')
    .addColumn('application_id', 'text', (c) => c.notNull().references('application.id'))
    .addColumn('practice_id', 'text', (c) => c.notNull().references('practice.id'))
    .addColumn('account_id', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('given_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('application_change_consent_pk', ['application_id', 'practice_id'])
    .execute()
}
