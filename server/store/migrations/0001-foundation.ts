import { type Kysely, sql } from 'kysely'

/** The first schema. Each index names the question that needs it. Times are milliseconds since 1970. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createAccounts(db)
  await createPractices(db)
  await createApplications(db)
  await createGrants(db)
  await createRecords(db)
}

async function createAccounts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('account')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('email', 'text', (c) => c.notNull().unique())
    .addColumn('display_name', 'text', (c) => c.notNull())
    .addColumn('password_hash', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('password_changed_at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('sign_in')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('token_hash', 'text', (c) => c.notNull().unique())
    .addColumn('account_id', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('last_seen_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('user_agent', 'text', (c) => c.notNull())
    .execute()
  // "Where am I signed in", "sign out everywhere".
  await db.schema.createIndex('sign_in_account').on('sign_in').columns(['account_id']).execute()
  await db.schema
    .createTable('mail_link')
    .addColumn('token_hash', 'text', (c) => c.primaryKey())
    .addColumn('purpose', 'text', (c) => c.notNull())
    .addColumn('account_id', 'text', (c) => c.references('account.id'))
    .addColumn('payload', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('used_at', 'bigint')
    .execute()
  await db.schema
    .createTable('throttle')
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('blocked_until', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute()
}

async function createPractices(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('practice')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('organization_id', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('practice_patient')
    .addColumn('practice_id', 'text', (c) => c.notNull().references('practice.id'))
    .addColumn('patient_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('practice_patient_pk', ['practice_id', 'patient_id'])
    .execute()
  // Finds the practices that keep a patient. Every write needs it, so that no practice writes itself into another's panel.
  await db.schema
    .createIndex('practice_patient_patient')
    .on('practice_patient')
    .columns(['patient_id', 'practice_id'])
    .execute()
  await db.schema
    .createTable('association')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('account_id', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('practice_id', 'text', (c) => c.notNull().references('practice.id'))
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('patient_id', 'text')
    .addColumn('practitioner_id', 'text')
    .addColumn('relationship', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .execute()
  // Finds the records that an account reaches, at each sign-in and consent.
  await db.schema.createIndex('association_account').on('association').columns(['account_id']).execute()
  // Finds who reaches a patient's record, for the practice.
  await db.schema
    .createIndex('association_practice')
    .on('association')
    .columns(['practice_id', 'patient_id'])
    .execute()
  await db.schema
    .createTable('invitation')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('token_hash', 'text', (c) => c.notNull().unique())
    .addColumn('practice_id', 'text', (c) => c.notNull().references('practice.id'))
    .addColumn('patient_id', 'text', (c) => c.notNull())
    .addColumn('email', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('relationship', 'text', (c) => c.notNull())
    .addColumn('invited_by', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addColumn('failed_attempts', 'integer', (c) => c.notNull())
    .addColumn('accepted_at', 'bigint')
    .execute()
  // The practice's list of open invitations.
  await db.schema.createIndex('invitation_practice').on('invitation').columns(['practice_id']).execute()
}

async function createApplications(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('application')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('owner_account_id', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('scopes', 'text', (c) => c.notNull())
    .addColumn('redirect_uris', 'text', (c) => c.notNull())
    .addColumn('logo_uri', 'text')
    .addColumn('policy_uri', 'text')
    .addColumn('tos_uri', 'text')
    .addColumn('legacy_url_parameters', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('updated_at', 'bigint', (c) => c.notNull())
    .addColumn('deleted_at', 'bigint')
    .execute()
  // The developer's own list.
  await db.schema.createIndex('application_owner').on('application').columns(['owner_account_id']).execute()
  await db.schema
    .createTable('application_secret')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('application_id', 'text', (c) => c.notNull().references('application.id'))
    .addColumn('secret_hash', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint')
    .execute()
  // Client authentication: the one or two live secrets of an application.
  await db.schema
    .createIndex('application_secret_application')
    .on('application_secret')
    .columns(['application_id'])
    .execute()
}

async function createGrants(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('grant')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('account_id', 'text', (c) => c.notNull().references('account.id'))
    .addColumn('application_id', 'text', (c) => c.notNull().references('application.id'))
    .addColumn('scopes', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('end_reason', 'text')
    .addColumn('last_used_at', 'bigint')
    .execute()
  // "Which apps read my record", and ending all grants when a password changes.
  await db.schema.createIndex('grant_account').on('grant').columns(['account_id']).execute()
  // Ending all grants of a deleted application.
  await db.schema.createIndex('grant_application').on('grant').columns(['application_id']).execute()
  await db.schema
    .createTable('grant_association')
    .addColumn('grant_id', 'text', (c) => c.notNull().references('grant.id'))
    .addColumn('association_id', 'text', (c) => c.notNull().references('association.id'))
    .addPrimaryKeyConstraint('grant_association_pk', ['grant_id', 'association_id'])
    .execute()
  await db.schema
    .createTable('access_token')
    .addColumn('token_hash', 'text', (c) => c.primaryKey())
    .addColumn('grant_id', 'text', (c) => c.notNull())
    .addColumn('scopes', 'text', (c) => c.notNull())
    .addColumn('issued_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .execute()
  // Sweeping tokens that are over.
  await db.schema.createIndex('access_token_expiry').on('access_token').columns(['expires_at']).execute()
  await db.schema
    .createTable('oidc_payload')
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('id_hash', 'text', (c) => c.notNull())
    .addColumn('payload', 'text', (c) => c.notNull())
    .addColumn('grant_id', 'text')
    .addColumn('uid', 'text')
    .addColumn('consumed_at', 'bigint')
    .addColumn('grace_used_at', 'bigint')
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('oidc_payload_pk', ['kind', 'id_hash'])
    .execute()
  // Deleting what belongs to a grant.
  await db.schema.createIndex('oidc_payload_grant').on('oidc_payload').columns(['grant_id']).execute()
  // The engine looks its sessions up by uid.
  await db.schema.createIndex('oidc_payload_uid').on('oidc_payload').columns(['kind', 'uid']).execute()
  await db.schema.createIndex('oidc_payload_expiry').on('oidc_payload').columns(['expires_at']).execute()
  await db.schema
    .createTable('server_key')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .execute()
}

async function createRecords(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('record')
    .addColumn('patient_id', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('version_id', 'integer', (c) => c.notNull())
    .addColumn('last_updated', 'bigint', (c) => c.notNull())
    .addColumn('practice_id', 'text', (c) => c.notNull())
    .addColumn('compartments', 'integer', (c) => c.notNull())
    .addColumn('date_start', 'bigint')
    .addColumn('date_end', 'bigint')
    .addColumn('content', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('record_pk', ['patient_id', 'type', 'id'])
    .execute()
  // Finds a record by its FHIR address in all compartments: for a provider's read, and for every write.
  await db.schema.createIndex('record_address').on('record').columns(['type', 'id']).execute()
  // One patient's records of a type by date; with date_end and id it also counts them without touching the records.
  await db.schema
    .createIndex('record_date')
    .on('record')
    .columns(['patient_id', 'type', 'date_start', 'date_end', 'id'])
    .execute()
  // The records of a practice that are about nobody.
  await db.schema
    .createIndex('record_practice')
    .on('record')
    .columns(['practice_id', 'type', 'id'])
    .where(sql.ref('patient_id'), '=', '')
    .execute()
  // Finds the few records in several compartments, which lists show and count once.
  await db.schema
    .createIndex('record_several')
    .on('record')
    .columns(['type', 'id', 'patient_id'])
    .where(sql.ref('compartments'), '>', 1)
    .execute()
  await db.schema
    .createTable('record_version')
    .addColumn('patient_id', 'text', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('id', 'text', (c) => c.notNull())
    .addColumn('version_id', 'integer', (c) => c.notNull())
    .addColumn('last_updated', 'bigint', (c) => c.notNull())
    .addColumn('deleted', 'integer', (c) => c.notNull())
    .addColumn('content', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('record_version_pk', ['patient_id', 'type', 'id', 'version_id'])
    .execute()
  await db.schema
    .createTable('record_citation')
    .addColumn('patient_id', 'text', (c) => c.notNull())
    .addColumn('target_type', 'text', (c) => c.notNull())
    .addColumn('target_id', 'text', (c) => c.notNull())
    .addColumn('source_type', 'text', (c) => c.notNull())
    .addColumn('source_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('record_citation_pk', [
      'target_type',
      'target_id',
      'patient_id',
      'source_type',
      'source_id',
    ])
    .execute()
  // Finds the citations of one patient's records, and the citations of a record that gets a new version.
  await db.schema
    .createIndex('record_citation_source')
    .on('record_citation')
    .columns(['patient_id', 'source_type', 'source_id', 'target_type', 'target_id'])
    .execute()
}
