import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { progressTable } from './copy/table-shape.ts'
import { up as foundation } from './migrations/0001-foundation.ts'
import { up as searchIndex } from './migrations/0002-search-index.ts'
import { up as deletions } from './migrations/0007-deletions.ts'
import { up as searchDates } from './migrations/0008-search-dates.ts'
import { up as clients } from './migrations/0009-clients.ts'
import { up as recordNumbers } from './migrations/0010-record-numbers.ts'
import { up as launches } from './migrations/0011-launches.ts'
import { up as secondFactor } from './migrations/0012-second-factor.ts'
import { up as brands } from './migrations/0013-brands.ts'
import { up as attachments } from './migrations/0014-attachments.ts'
import { up as panels } from './migrations/0015-panels.ts'
import { up as limits } from './migrations/0020-limits.ts'
import { up as versions } from './migrations/0022-versions.ts'
import { up as proofs } from './migrations/0024-proofs.ts'
import { up as refreshGrace } from './migrations/0026-refresh-grace.ts'
import { up as accounts } from './migrations/0027-accounts.ts'
import { up as operations } from './migrations/0029-operations.ts'
import { up as compartments } from './migrations/0031-compartments.ts'
import { up as oneRequest } from './migrations/0032-one-request.ts'
import { up as language } from './migrations/0033-language.ts'

/**
 * Every migration in order. A name never changes, because the database remembers it. Numbers only rise. Some are missing: changes that
 * were made side by side each reserved a few numbers, and did not need all of them.
 */
export const migrations: Record<string, Migration> = {
  '0001-foundation': { up: foundation },
  '0002-search-index': { up: searchIndex },
  '0007-deletions': { up: deletions },
  '0008-search-dates': { up: searchDates },
  '0009-clients': { up: clients },
  '0010-record-numbers': { up: recordNumbers },
  '0011-launches': { up: launches },
  '0012-second-factor': { up: secondFactor },
  '0013-brands': { up: brands },
  '0014-attachments': { up: attachments },
  '0015-panels': { up: panels },
  '0020-limits': { up: limits },
  '0022-versions': { up: versions },
  '0024-proofs': { up: proofs },
  '0026-refresh-grace': { up: refreshGrace },
  '0027-accounts': { up: accounts },
  '0029-operations': { up: operations },
  '0031-compartments': { up: compartments },
  '0032-one-request': { up: oneRequest },
  '0033-language': { up: language },
}

/** The database was written by a newer version of onpatient. To go on could lose data of that version. */
export class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabaseError'
  constructor(unknown: readonly string[]) {
    super(
      `This database was written by a newer version of onpatient (it has the migration ${unknown.join(', ')}). ` +
        'Start that version, or restore a backup made by this one.',
    )
  }
}

/** A copy from another database into this one was stopped, so records are missing here. */
export class UnfinishedCopyError extends Error {
  override readonly name = 'UnfinishedCopyError'
  constructor() {
    super(
      'This database is being filled by "onpatient migrate", which has not finished. ' +
        'Run that command again until it says that everything is there, or use another database.',
    )
  }
}

/** The database has the tables of another version than this one: reading it by our rules could lose something. */
export class OlderDatabaseError extends Error {
  override readonly name = 'OlderDatabaseError'
  constructor(missing: readonly string[]) {
    super(
      `This database was written by an older version of onpatient (it lacks the migration ${missing.join(', ')}). ` +
        'Back it up, bring it up to date with this version\'s "onpatient doctor", and try again.',
    )
  }
}

/** There is no database of ours at the place, and a new one was not asked for. */
export class NoDatabaseError extends Error {
  override readonly name = 'NoDatabaseError'
  /** `place`: the address without a secret. */
  constructor(place: string) {
    super(
      `There is no database of onpatient at ${place}, and none was made. Look at DATABASE_URL. If a new one is meant: ` +
        'the first start makes it ("onpatient serve", in production with --new or NEW_DATABASE=allow).',
    )
  }
}

/** Throws when a database with these migrations is older or newer than this version. */
export function assertCurrent(applied: readonly string[], steps = migrations): void {
  assertNotNewer(applied, steps)
  const missing = Object.keys(steps).filter((name) => !applied.includes(name))
  if (missing.length > 0) throw new OlderDatabaseError(missing)
}

/**
 * Applies missing migrations in one transaction: all of them, or none. True when there was no schema before. Throws `NoDatabaseError`
 * when there was none and `onlyAt` names the place where there has to be one.
 */
export async function migrateToLatest<T>(
  db: Kysely<T>,
  steps = migrations,
  onlyAt?: string,
): Promise<boolean> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => steps } })
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  const isNew = !tables.some((table) => table.name === 'kysely_migration')
  if (tables.some((table) => table.name === progressTable)) throw new UnfinishedCopyError()
  if (isNew && onlyAt !== undefined) throw new NoDatabaseError(onlyAt)
  if (!isNew) assertNotNewer(await listApplied(db), steps)
  const { error } = await migrator.migrateToLatest()
  if (error) throw error
  return isNew
}

async function listApplied<T>(db: Kysely<T>): Promise<string[]> {
  const untyped = db as unknown as Kysely<{ kysely_migration: { name: string } }>
  const applied = await untyped.selectFrom('kysely_migration').select('name').execute()
  return applied.map((row) => row.name)
}

/** Throws `NewerDatabaseError` when a database with these migrations was written by a newer version. */
export function assertNotNewer(applied: readonly string[], steps = migrations): void {
  const unknown = applied.filter((name) => !(name in steps))
  if (unknown.length > 0) throw new NewerDatabaseError(unknown)
}
