import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openSqliteStore } from '../store.ts'
import { type ExaminedDatabase, examineDatabase } from './examine-database.ts'
import { assertFile, unpack } from './unpack.ts'

/**
 * Restores a backup into a temporary folder, opens it with this version, migrations included, and removes it again. Throws like a
 * restore.
 */
export async function tryBackup(file: string): Promise<ExaminedDatabase & { newest: Date | undefined }> {
  assertFile(file)
  // The folder of the backup has room for it. Otherwise the temporary folder of the system is used.
  const folder = await mkdtemp(join(dirname(file), '.onpatient-try-')).catch(() =>
    mkdtemp(join(tmpdir(), 'onpatient-try-')),
  )
  try {
    const database = join(folder, 'try.db')
    await unpack(file, database)
    const examined = examineDatabase(database, file)
    const store = await openSqliteStore(database, { mayCreate: false })
    try {
      const row = await store.db
        .selectFrom('record')
        .select((eb) => eb.fn.max('last_updated').as('newest'))
        .executeTakeFirstOrThrow()
      return { ...examined, newest: row.newest === null ? undefined : new Date(Number(row.newest)) }
    } finally {
      await store.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
