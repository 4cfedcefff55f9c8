import { OnpatientError } from '../errors.ts'

/** The seconds after which a client may try again. */
export const storeRetrySeconds = 10

/** The reasons why the database cannot serve now, by SQLite's result code or its primary part. */
const reasons: Record<string, string> = {
  SQLITE_READONLY_DBMOVED:
    'The database file was moved or replaced under the server, which has to be restarted.',
  SQLITE_BUSY: 'The database is locked by another program.',
  SQLITE_LOCKED: 'The database is locked by another program.',
  SQLITE_READONLY: 'The database is read-only.',
  SQLITE_FULL: 'The disk of the database is full.',
  SQLITE_IOERR: 'The disk of the database does not answer.',
  SQLITE_CANTOPEN: 'The database file cannot be opened.',
}

/** The same for PostgreSQL, by the beginning of its code (PostgreSQL 18, appendix A); the longest that fits counts. */
const postgresReasons: Record<string, string> = {
  '08': 'The database cannot be reached.',
  '25006': 'The database is read-only.',
  '40': 'The database is busy with other writes of the same records.',
  '53': 'The database has no room or no connection left.',
  '53100': 'The disk of the database is full.',
  '55P03': 'The database is locked by another program.',
  '57': 'The database is stopping or starting.',
  '57014': 'The database took too long to answer.',
  '58': 'The disk of the database does not answer.',
}

/**
 * Turns an error of the database that is not a bug (locked, read-only, full) into `store-unavailable`; undefined for every other
 * error. The statement failed as a whole, so nothing is half-written.
 */
export function findStoreFailure(error: unknown): OnpatientError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const reason = findReason(error.code)
  if (reason === undefined) return undefined
  return new OnpatientError('store-unavailable', `${reason} Nothing was changed; try again later.`, {
    detail: error.code,
    retryAfterSeconds: storeRetrySeconds,
    cause: error,
  })
}

function findReason(code: string): string | undefined {
  if (code.length === 5 && !code.startsWith('E'))
    return postgresReasons[code] ?? postgresReasons[code.slice(0, 2)]
  return reasons[code] ?? reasons[code.split('_').slice(0, 2).join('_')]
}
