import { OnpatientError } from '../errors.ts'
import { SettingsError } from '../settings.ts'
import {
  NewerDatabaseError,
  NoDatabaseError,
  OlderDatabaseError,
  UnfinishedCopyError,
} from '../store/migrate.ts'
import { findStoreFailure } from '../store/store-failure.ts'

const foreseen = [SettingsError, NoDatabaseError, NewerDatabaseError, OlderDatabaseError, UnfinishedCopyError]

/** A foreseen failure in its own words, with what to do. Any other failure is our bug and comes with its stack. */
export function describeFailure(error: unknown): string {
  const failure = findStoreFailure(error) ?? error
  if (foreseen.some((kind) => failure instanceof kind)) return (failure as Error).message
  if (failure instanceof OnpatientError)
    return failure.field ? `${failure.field}: ${failure.message}` : failure.message
  if (!(failure instanceof Error)) return String(failure)
  return (
    describeListening(failure) ??
    describeDatabaseFile(failure) ??
    describePostgres(failure) ??
    describePath(failure) ??
    failure.stack ??
    failure.message
  )
}

interface SystemError extends Error {
  code?: string
  syscall?: string
  path?: string
  dest?: string
  port?: number
  address?: string
  hostname?: string
}

function describeListening({ code, syscall, port, address, hostname }: SystemError): string | undefined {
  if (code === 'EADDRINUSE')
    return 'Another program uses the port. Stop that program, or set PORT to another number.'
  if (code === 'EACCES' && syscall === 'listen')
    return `This account may not listen on port ${port}, because ports below 1024 need rights of the system. Set PORT to another number and let the proxy in front listen on ${port}.`
  if (code === 'EADDRNOTAVAIL')
    return `This machine does not have the address ${address}. Set HOST to one that it has, to 127.0.0.1, or to 0.0.0.0 for all.`
  if (syscall === 'getaddrinfo' && (code === 'ENOTFOUND' || code === 'EAI_AGAIN'))
    return `This machine does not know the host name ${hostname}. Check the setting that names it (HOST, DATABASE_URL).`
  return undefined
}

function describeDatabaseFile({ code }: SystemError): string | undefined {
  if (code === 'SQLITE_NOTADB')
    return 'The file that DATABASE_URL names is not a SQLite database. The server left it as it is. Name another file, or restore a backup in its place.'
  if (code?.startsWith('SQLITE_CORRUPT'))
    return 'The database is damaged. Stop the server, keep the file, and restore a backup with "onpatient restore".'
  return undefined
}

/**
 * A wrong password, a missing database (PostgreSQL 18, appendix A, classes 28 and 3D) or an untrusted certificate: whoever wrote the address has to
 * correct it.
 */
function describePostgres({ code = '', message }: SystemError): string | undefined {
  if (/^(28|3D)\w{3}$/.test(code))
    return `PostgreSQL refuses the connection: ${message}. Check the address of the database.`
  if (/CERT|^UNABLE_TO_VERIFY|^ERR_TLS|^ERR_SSL/.test(code) || /does not support SSL/.test(message))
    return `The connection to PostgreSQL by TLS fails: ${message}. docs/operate/postgresql.md says how to set it up.`
  return undefined
}

const pathReasons: Record<string, string> = {
  EACCES: 'this account may not use it. Give the account the right, or name another place',
  EPERM: 'this account may not use it. Give the account the right, or name another place',
  EROFS: 'the file system is read-only. Name another place',
  ENOENT: 'it does not exist and cannot be made. Check the name',
  ENOTDIR: 'a part of the path is a file and not a folder. Check the name',
  EISDIR: 'it is a folder and not a file. Check the name',
  ENOSPC: 'the disk is full. Make room',
  EDQUOT: 'the quota of this account is used up. Make room',
  EMFILE: 'too many files are open. Raise the limit (ulimit -n)',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'links lead round in a circle',
  EIO: 'the disk does not answer',
  EBUSY: 'another program uses it',
}

function describePath({ code = '', path, dest, syscall }: SystemError): string | undefined {
  const reason = pathReasons[code]
  if (reason === undefined) return undefined
  const place = dest ?? path
  if (place === undefined && syscall === undefined) return undefined
  return `${place === undefined ? 'A file' : place}: ${reason} (${code}, ${syscall ?? 'file'}).`
}
