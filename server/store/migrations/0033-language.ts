import type { Kysely } from 'kysely'

/** The language that somebody chose for their account; null for the language of the browser. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('account').addColumn('language', 'text').execute()
}
