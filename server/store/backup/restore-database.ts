import { existsSync, statSync } from 'node:fs'
import { chown, link, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { Clock } from '../../clock.ts'
import { OnpatientError } from '../../errors.ts'
import { closeFiles, makePrivateFolder } from '../private-files.ts'
import { type ExaminedDatabase, examineDatabase, isNoDatabase } from './examine-database.ts'
import { assertFile, unpack } from './unpack.ts'
import { besides, bringNamesToDisk, bringToDisk } from './whole-file.ts'

export interface RestoreOutcome extends ExaminedDatabase {
  /** The place of the database that was there before. */
  keptAs: string | undefined
}

interface RestoreOptions {
  /** A backup, compressed or not. */
  file: string
  /** The place of the database. */
  database: string
  /** Whether a database that is there may be put aside. */
  replaces: boolean
  clock: Clock
}

/**
 * Puts a backup in the place of the database, after a check that it is intact and not of a newer version. A stop at any moment
 * leaves either the old database or the restored one. Throws `already-exists` when there is a database and `replaces` is false,
 * `store-unavailable` when a server has it open.
 */
export async function restoreDatabase(options: RestoreOptions): Promise<RestoreOutcome> {
  const { file, database, replaces, clock } = options
  assertFile(file)
  const isThere = existsSync(database)
  if (isThere && !replaces)
    throw new OnpatientError(
      'already-exists',
      `There is a database ${database}. With --force it is put aside, under another name, and the backup takes its place.`,
    )
  makePrivateFolder(dirname(database))
  return besides(database, async (part) => {
    await unpack(file, part)
    const examined = examineDatabase(part, file)
    await bringToDisk(part)
    if (isThere) await chown(part, statSync(database).uid, statSync(database).gid)
    const keptAs = isThere ? await putAside(database, clock.now()) : undefined
    await rename(part, database)
    await bringNamesToDisk(database)
    return { ...examined, keptAs }
  })
}

/** Gives the present database a second name. It keeps its own name until the backup takes it. */
async function putAside(database: string, now: Date): Promise<string> {
  closeToOthers(database)
  const kept = `${database}.before-restore-${now.toISOString().replaceAll(':', '-').replace(/\.\d+/, '')}`
  // A damaged database may still have a log of its own, which would spoil the restored one.
  for (const suffix of ['-wal', '-shm'])
    if (existsSync(`${database}${suffix}`)) await rename(`${database}${suffix}`, `${kept}${suffix}`)
  // On a file system without hard links there is a moment without a database, between two renames.
  await link(database, kept).catch(() => rename(database, kept))
  closeFiles(kept)
  return kept
}

/** Merges the write-ahead log into the file, which works only when nobody else has it open. */
function closeToOthers(database: string): void {
  const db = new Database(database, { timeout: 0 })
  try {
    db.pragma('journal_mode = delete')
  } catch (error) {
    if (isNoDatabase(error)) return
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY'))
      throw new OnpatientError(
        'store-unavailable',
        'Another program has the database open. Stop the server, then restore. Nothing was changed.',
      )
    throw error
  } finally {
    db.close()
  }
}
