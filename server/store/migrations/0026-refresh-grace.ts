import type { Kysely } from 'kysely'

/** The mark of a repeated refresh token is dropped, because within the time of grace any number of uses counts as one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('oidc_payload').dropColumn('grace_used_at').execute()
}
