import type { Limits } from '../limits.ts'
import type { Logger } from '../logger.ts'
import type { StoreSetting } from '../settings.ts'
import type { Broadcast } from './broadcast.ts'
import type { Db } from './db.ts'

/** An open database, migrated to this version's schema. */
export interface Store {
  readonly kind: StoreSetting['kind']
  readonly db: Db
  /** True when this process created the database: decides whether demo content is made. */
  readonly isNew: boolean
  /** To the others who have it open, where the database can do that (PostgreSQL). */
  readonly broadcast?: Broadcast
  /** Throws when a write would fail or be lost: no room, read-only, locked, or a file that was moved under the server. */
  assertWritable(): Promise<void>
  /** Throws when the file was moved or replaced under the server. */
  assertInPlace(): void
  close(): Promise<void>
}

export interface OpenOptions {
  logger?: Pick<Logger, 'warn'>
  limits?: Limits
  /** Whether to create a database where there is none. Otherwise `NoDatabaseError` is thrown, and nothing is left behind. */
  mayCreate?: boolean
}
