import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { up as foundation } from './migrations/0001-foundation.ts'
import { up as searchIndex } from './migrations/0002-search-index.ts'
import { up as clients } from './migrations/0004-clients.ts'
import { up as deletions } from './migrations/0007-deletions.ts'
import { up as searchDates } from './migrations/0008-search-dates.ts'

/** Every migration in order. Names are for ever: they are what the database remembers. */
const migrations: Record<string, Migration> = {
  '0001-foundation': { up: foundation },
  '0002-search-index': { up: searchIndex },
  '0004-clients': { up: clients },
  '0007-deletions': { up: deletions },
  '0008-search-dates': { up: searchDates },
}

/** The database was written by a newer version of onpatient; going on could lose what that version knows. */
export class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabaseError'
  constructor(unknown: string[]) {
    super(
      `This database was written by a newer version of onpatient (it has the migration ${unknown.join(', ')}). ` +
        'Start that version, or restore a backup made by this one.',
    )
  }
}

/** Applies missing migrations in one transaction: all of them, or none. True when there was no schema before. */
export async function migrateToLatest<T>(db: Kysely<T>, steps = migrations): Promise<boolean> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => steps },
    // Steps are numbered when work on them starts, and may be finished in another order.
    allowUnorderedMigrations: true,
  })
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  const isNew = !tables.some((table) => table.name === 'kysely_migration')
  if (!isNew) await assertNotNewer(db, steps)
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
  return isNew
}

async function assertNotNewer<T>(db: Kysely<T>, steps: Record<string, Migration>): Promise<void> {
  const untyped = db as unknown as Kysely<{ kysely_migration: { name: string } }>
  const applied = await untyped.selectFrom('kysely_migration').select('name').execute()
  const unknown = applied.map((row) => row.name).filter((name) => !(name in steps))
  if (unknown.length > 0) throw new NewerDatabaseError(unknown)
}
