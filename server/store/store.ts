import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely } from 'kysely'
import { readLimits } from '../limits.ts'
import type { Logger } from '../logger.ts'
import type { StoreSetting } from '../settings.ts'
import { assertRoomOnDisk, assertWritable } from './assert-writable.ts'
import { startCheckpoints } from './checkpoints/checkpoints.ts'
import { watchPlace } from './in-place.ts'
import { migrateToLatest, NoDatabaseError } from './migrate.ts'
import { openPostgresStore } from './postgres.ts'
import { limitConditions, readThrough } from './prepared-query.ts'
import { findOpenToOthers, makePrivateFiles, makePrivateFolder } from './private-files.ts'
import type { Schema } from './schema/schema.ts'
import { TransactionalSqliteDialect } from './sqlite-dialect.ts'
import { openSqliteReader } from './sqlite-reader.ts'
import { withStatementCache } from './statement-cache.ts'
import type { OpenOptions, Store } from './store-interface.ts'
import { openWalSync } from './sync-wal.ts'
import { setTimeLimit } from './time-limit.ts'

export type { Db } from './db.ts'
export type { OpenOptions, Store } from './store-interface.ts'

/** Opens the database of the settings. */
export function openStore(setting: StoreSetting, options: OpenOptions = {}): Promise<Store> {
  return setting.kind === 'sqlite'
    ? openSqliteStore(setting.file, options)
    : openPostgresStore(setting.url, options)
}

/**
 * Opens (and creates when absent) the SQLite file, closes it to others of the machine, and applies missing migrations.
 * Throws `NewerDatabaseError` when the file was written by a newer version.
 */
export async function openSqliteStore(
  file: string,
  { logger, limits = readLimits({}), mayCreate = true }: OpenOptions = {},
): Promise<Store> {
  if (!mayCreate && !existsSync(file)) throw new NoDatabaseError(file)
  if (file !== ':memory:') closeToOthers(file, logger)
  const sqlite = new Database(file)
  // WAL lets readers go on while one process writes. A write is acknowledged when `wal.sync` has brought it to the disk.
  sqlite.pragma('journal_mode = WAL')
  sqlite.pragma('synchronous = NORMAL')
  // A thread makes checkpoints. This process makes one only when the thread is 64 MB behind.
  sqlite.pragma('wal_autocheckpoint = 16000')
  sqlite.pragma('foreign_keys = ON')
  // Long enough for an import in another process, and short because this process does nothing while it waits.
  sqlite.pragma('busy_timeout = 2000')
  const within = setTimeLimit(sqlite)
  const wal = file === ':memory:' ? undefined : openWalSync(file)
  const db = new Kysely<Schema>({
    dialect: new TransactionalSqliteDialect({
      database: withStatementCache(sqlite),
      ...(wal ? { sync: wal.sync } : {}),
    }),
  })
  const onCheckpointError = (error: Error) =>
    logger?.warn({ err: error }, 'the database could not be checkpointed; it will be tried again')
  try {
    const isNew = await migrateToLatest(db, undefined, mayCreate ? undefined : file)
    await wal?.sync()
    const reader = file === ':memory:' ? undefined : openSqliteReader(file, limits)
    if (reader) readThrough(db, reader)
    const checkpoints = file === ':memory:' ? undefined : startCheckpoints(file, onCheckpointError)
    limitConditions(db, (run) => within(limits.conditionMilliseconds, run))
    const assertInPlace = file === ':memory:' ? () => undefined : watchPlace(file)
    const assertReady = async () => {
      assertInPlace()
      if (file !== ':memory:') assertRoomOnDisk(file)
      await assertWritable(db)
    }
    const close = async () => {
      await checkpoints?.stop()
      await reader?.close()
      await db.destroy()
      wal?.close()
    }
    return { kind: 'sqlite', db, isNew, assertWritable: assertReady, assertInPlace, close }
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
