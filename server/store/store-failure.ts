import { OnpatientError } from '../errors.ts'

/** When a client may try again. */
export const storeRetrySeconds = 10

/** Why the database cannot serve now, by the primary part of SQLite's result code. */
const reasons: Record<string, string> = {
  SQLITE_BUSY: 'The database is locked by another program.',
  SQLITE_LOCKED: 'The database is locked by another program.',
  SQLITE_READONLY: 'The database is read-only.',
  SQLITE_FULL: 'The disk of the database is full.',
  SQLITE_IOERR: 'The disk of the database does not answer.',
  SQLITE_CANTOPEN: 'The database file cannot be opened.',
}

/**
 * Turns an error of the database that is nobody's bug (locked, read-only, full) into `store-unavailable`;
 * undefined for every other error. The statement failed as a whole, so nothing is half-written.
 */
export function findStoreFailure(error: unknown): OnpatientError | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const primary = error.code.split('_').slice(0, 2).join('_')
  const reason = reasons[primary]
  if (reason === undefined) return undefined
  return new OnpatientError('store-unavailable', `${reason} Nothing was changed; try again later.`, {
    detail: error.code,
    retryAfterSeconds: storeRetrySeconds,
    cause: error,
  })
}
