import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, statSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import Database from 'better-sqlite3'
import { OnpatientError } from '../../errors.ts'
import { privateMode } from '../private-files.ts'
import { type ExaminedDatabase, examineDatabase } from './examine-database.ts'
import { besides, bringNamesToDisk, bringToDisk } from './whole-file.ts'

export interface BackupOutcome extends ExaminedDatabase {
  bytes: number
}

/** Pages that are copied before others get a turn; about 2 MB. */
const pagesAtOnce = 500

/**
 * Copies a SQLite database as it is at one moment, while a server goes on writing to it, and looks whether the copy is intact.
 * The file gets its name when it is whole. With a name that ends in `.gz` it is compressed. Throws `invalid-parameter` for a name
 * that is taken.
 */
export async function backupDatabase(
  database: string,
  file: string,
  onProgress: (share: number) => void = () => undefined,
): Promise<BackupOutcome> {
  if (!existsSync(database))
    throw new OnpatientError('not-found', `There is no database ${database}. DATABASE_URL names it.`)
  assertFree(file)
  return besides(file, async (part) => {
    const examined = await copyWhole(database, part, onProgress)
    if (!file.endsWith('.gz')) return release(part, file, examined)
    return besides(`${file}.part.gz`, async (compressed) => {
      await pipeline(
        createReadStream(part),
        createGzip({ level: 6 }),
        createWriteStream(compressed, { mode: privateMode }),
      )
      await assertSame(part, compressed)
      return release(compressed, file, examined)
    })
  })
}

/** Checks that the compressed file unpacks to the copy that was found intact. */
async function assertSame(part: string, compressed: string): Promise<void> {
  const [written, read] = [createHash('sha256'), createHash('sha256')]
  await pipeline(createReadStream(part), written)
  await pipeline(createReadStream(compressed), createGunzip(), read)
  if (written.digest('hex') === read.digest('hex')) return
  throw new OnpatientError(
    'store-unavailable',
    'The compressed copy is not what was copied. Look at the disk.',
  )
}

function assertFree(file: string): void {
  const field = 'file'
  if (existsSync(file))
    throw new OnpatientError('already-exists', `${file} exists already. Name another file.`, { field })
  if (!existsSync(dirname(file)))
    throw new OnpatientError('invalid-parameter', `There is no folder ${dirname(file)}. Create it first.`, {
      field,
    })
}

async function copyWhole(
  database: string,
  part: string,
  onProgress: (share: number) => void,
): Promise<ExaminedDatabase> {
  // The file is created first. Otherwise others could read it until its mode is changed.
  await writeFile(part, '', { mode: privateMode })
  const db = new Database(database, { readonly: true, fileMustExist: true })
  try {
    // A snapshot keeps the copy from beginning again when other processes write.
    db.exec('begin')
    db.prepare('select count(*) from sqlite_schema').get()
    await db.backup(part, {
      progress({ totalPages, remainingPages }) {
        if (totalPages > 0) onProgress(1 - remainingPages / totalPages)
        return pagesAtOnce
      },
    })
  } finally {
    db.close()
  }
  return examineDatabase(part, 'The copy')
}

async function release(part: string, file: string, examined: ExaminedDatabase): Promise<BackupOutcome> {
  await bringToDisk(part)
  await rename(part, file)
  await bringNamesToDisk(file)
  return { ...examined, bytes: statSync(file).size }
}
