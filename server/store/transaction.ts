import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, SqliteAdapter, sql, type Transaction } from 'kysely'
import type { Db } from './db.ts'
import type { Schema } from './schema/schema.ts'

/** After so many collisions the transaction fails, and the client may try again later. */
const mostTries = 12

/**
 * Runs work that reads and then writes what depends on it, as if nobody else were writing. `work` may run several times, so it
 * must begin from nothing each time.
 *
 * SQLite has one writer: the write lock is taken before the first read. PostgreSQL has many: it refuses one of two
 * transactions that could not have come one after the other, and that one is done again.
 *
 * Within a transaction that is open already, the work is a part of that transaction, which the caller has opened here, too.
 */
export async function inTransaction<Result>(
  db: Db,
  work: (trx: Transaction<Schema>) => Promise<Result>,
): Promise<Result> {
  if (db.isTransaction) return work(db as Transaction<Schema>)
  if (isSqlite(db))
    return db.transaction().execute(async (trx) => {
      // A transaction on an outdated snapshot could not write.
      await trx.deleteFrom('record').where(sql<boolean>`1 = 0`).execute()
      return work(trx)
    })
  for (let tried = 1; ; tried++) {
    try {
      return await db.transaction().setIsolationLevel('serializable').execute(work)
    } catch (error) {
      if (tried === mostTries || !isCollision(error)) throw error
      // The pause grows and is random, so that the same two do not collide again.
      await sleep(Math.random() * Math.min(2 ** tried * 5, 1000))
    }
  }
}

/** Runs work that only one process at a time may do, e.g. at start. On SQLite it just runs, because SQLite has one writer. */
export async function oneAtATime<Result>(db: Db, lock: number, work: () => Promise<Result>): Promise<Result> {
  if (isSqlite(db)) return work()
  return db.connection().execute(async (holder) => {
    // A wait for another process is not a hanging statement.
    await sql`set statement_timeout = 0`.execute(holder)
    await sql`select pg_advisory_lock(${lock})`.execute(holder)
    try {
      return await work()
    } finally {
      await sql`select pg_advisory_unlock(${lock})`.execute(holder)
      await sql`reset statement_timeout`.execute(holder)
    }
  })
}

/** The numbers of the locks that `oneAtATime` takes. */
export const locks = { searchIndex: 471_108_2205, demo: 471_108_2206 }

/** Each later statement of a transaction may take so many seconds on PostgreSQL. SQLite has another limit (time-limit.ts). */
export async function limitStatements(trx: Transaction<Schema>, seconds: number | undefined): Promise<void> {
  if (seconds === undefined || isSqlite(trx)) return
  await sql`set local statement_timeout = ${sql.lit(seconds * 1000)}`.execute(trx)
}

/** Whether a statement failed because a row with its key is there already. */
export function isDuplicate(error: unknown): boolean {
  const code = codeOf(error)
  return code === '23505' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY'
}

/**
 * Serialization failure and deadlock; and a key that another transaction inserted after this one had looked for it,
 * which the next try will see (PostgreSQL 18, §13.2.3).
 */
function isCollision(error: unknown): boolean {
  return ['40001', '40P01', '23505'].includes(codeOf(error))
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

export function isSqlite(db: Kysely<Schema>): boolean {
  return db.getExecutor().adapter instanceof SqliteAdapter
}
