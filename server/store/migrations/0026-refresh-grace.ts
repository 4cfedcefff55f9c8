import type { Kysely } from 'kysely'

/** Whether a refresh token came back once does not matter any more: within its time of grace any number of times is one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('oidc_payload').dropColumn('grace_used_at').execute()
}
