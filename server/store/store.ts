import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely } from 'kysely'
import type { Logger } from '../logger.ts'
import type { StoreSetting } from '../settings.ts'
import { migrateToLatest } from './migrate.ts'
import { openPostgresStore } from './postgres.ts'
import { readThrough } from './prepared-query.ts'
import { findOpenToOthers, makePrivateFiles, makePrivateFolder } from './private-files.ts'
import type { Schema } from './schema/schema.ts'
import { TransactionalSqliteDialect } from './sqlite-dialect.ts'
import { withStatementCache } from './statement-cache.ts'
import { setTimeLimit } from './time-limit.ts'

export type Db = Kysely<Schema>

/** An open database, migrated to this version's schema. */
export interface Store {
  readonly kind: StoreSetting['kind']
  readonly db: Db
  /** True when this process created the database: decides whether demo content is made. */
  readonly isNew: boolean
  close(): Promise<void>
}

/** Opens the database of the settings. */
export function openStore(setting: StoreSetting, logger?: Pick<Logger, 'warn'>): Promise<Store> {
  return setting.kind === 'sqlite'
    ? openSqliteStore(setting.file, { logger })
    : openPostgresStore(setting.url, logger)
}

/**
 * No search may hold up everybody else for longer. PostgreSQL, which serves others meanwhile, has a longer limit
 * (postgres.ts).
 */
const searchLimitMs = 5000

/**
 * Opens (and creates when absent) the SQLite file, closes it to others of the machine, and applies missing migrations.
 * Throws `NewerDatabaseError` when the file was written by a newer version.
 */
export async function openSqliteStore(
  file: string,
  { limitMs = searchLimitMs, logger }: { limitMs?: number; logger?: Pick<Logger, 'warn'> | undefined } = {},
): Promise<Store> {
  if (file !== ':memory:') closeToOthers(file, logger)
  const sqlite = new Database(file)
  // WAL lets readers go on while one process writes; FULL makes an acknowledged write survive a power cut.
  sqlite.pragma('journal_mode = WAL')
  sqlite.pragma('synchronous = FULL')
  sqlite.pragma('foreign_keys = ON')
  // Long enough for an import next door, short because the process stands still while it waits.
  sqlite.pragma('busy_timeout = 2000')
  setTimeLimit(sqlite, Number.POSITIVE_INFINITY)
  const db = new Kysely<Schema>({
    dialect: new TransactionalSqliteDialect({ database: withStatementCache(sqlite) }),
  })
  try {
    const isNew = await migrateToLatest(db)
    const closeReader = file === ':memory:' ? undefined : openReader(db, file, limitMs)
    const close = async () => {
      closeReader?.()
      await db.destroy()
    }
    return { kind: 'sqlite', db, isNew, close }
  } catch (error) {
    await db.destroy()
    throw error
  }
}

function closeToOthers(file: string, logger: Pick<Logger, 'warn'> | undefined): void {
  makePrivateFolder(dirname(file))
  makePrivateFiles(file)
  const open = findOpenToOthers(file)
  if (open.length > 0)
    logger?.warn({ open }, 'others of this machine may open the database: ask "onpatient doctor" what to do')
}

/** A connection of its own for reads, so that they do not wait for a transaction of this process. Gives back how to close it. */
function openReader(db: Db, file: string, limitMs: number): () => void {
  const reader = new Database(file, { readonly: true })
  reader.pragma('busy_timeout = 2000')
  const within = setTimeLimit(reader, limitMs)
  const statements = withStatementCache(reader)
  readThrough(db, {
    prepare(text) {
      const statement = reader.prepare(text)
      return (values) => statement.all(values) as never
    },
    search: (text, values) => within(() => statements.prepare(text).all(values) as never),
  })
  return () => void reader.close()
}
