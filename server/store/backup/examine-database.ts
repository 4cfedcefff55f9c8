import Database from 'better-sqlite3'
import { OnpatientError } from '../../errors.ts'
import { progressTable } from '../copy/table-shape.ts'
import { assertNotNewer, UnfinishedCopyError } from '../migrate.ts'

/** The content of a file that is an intact database of ours. */
export interface ExaminedDatabase {
  records: number
  accounts: number
}

/**
 * Makes one file of a database and its write-ahead log, and checks whether it is intact and ours. Throws `invalid-parameter` when
 * it is not, and `NewerDatabaseError` when a newer version wrote it.
 */
export function examineDatabase(file: string, name: string): ExaminedDatabase {
  const db = new Database(file, { timeout: 0 })
  try {
    db.pragma('journal_mode = delete')
    const [fault] = db.pragma('integrity_check(1)', { simple: false }) as Array<{ integrity_check: string }>
    if (fault?.integrity_check !== 'ok') throw refuse(`${name} is damaged: ${fault?.integrity_check}`)
    const has = db.prepare("select 1 from sqlite_schema where type = 'table' and name = ?")
    if (!has.get('kysely_migration')) throw refuse(`${name} is a database, but not one of onpatient.`)
    assertNotNewer(db.prepare('select name from kysely_migration').pluck().all() as string[])
    if (has.get(progressTable)) throw new UnfinishedCopyError()
    const count = (table: string) => db.prepare(`select count(*) from ${table}`).pluck().get() as number
    return { records: count('record'), accounts: count('account') }
  } catch (error) {
    if (isNoDatabase(error)) throw refuse(`${name} is not a SQLite database, or a damaged one.`)
    throw error
  } finally {
    db.close()
  }
}

export function isNoDatabase(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(NOTADB|CORRUPT)/.test(error.code)
}

function refuse(message: string): OnpatientError {
  return new OnpatientError('invalid-parameter', message, { field: 'file' })
}
