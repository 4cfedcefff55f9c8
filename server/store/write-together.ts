import type { CompiledQuery } from 'kysely'
import type { Db } from './db.ts'

/** Statements that are written together or not at all. */
export interface WriteGroup {
  /** A first statement with a condition. The others run only when it returns a row. */
  take: CompiledQuery | undefined
  statements: readonly CompiledQuery[]
}

/** Writes several groups with one commit. */
export interface Writer {
  /**
   * Returns for each group whether it was written. Throws `NothingWrittenError` when one of them failed or had to wait for
   * another process, so that none was written. Throws any other error when the database cannot serve.
   */
  write(groups: readonly WriteGroup[]): Promise<boolean[]>
}

/** One of several groups could not be written, and so none was. Each may be tried alone. */
export class NothingWrittenError extends Error {
  override name = 'NothingWrittenError'
}

const writers = new WeakMap<object, Writer>()

/** Registers a connection for such writes. */
export function writeThrough(db: Db, writer: Writer): void {
  writers.set(db.getExecutor().adapter, writer)
}

/** Writes groups with one commit, in the given order. The writes are durable when it resolves. */
export function writeTogether(db: Db, groups: readonly WriteGroup[]): Promise<boolean[]> {
  const writer = writers.get(db.getExecutor().adapter)
  return writer ? writer.write(groups) : writeOneByOne(db, groups)
}

/** The same by a transaction of the database's own connections, statement by statement. */
export function writeOneByOne(db: Db, groups: readonly WriteGroup[]): Promise<boolean[]> {
  // The first statement writes, because a transaction of SQLite cannot write after it has read from an outdated snapshot.
  return db.transaction().execute(async (trx) => {
    const written: boolean[] = []
    for (const { take, statements } of groups) {
      const isTaken = take === undefined || (await trx.executeQuery(take)).rows.length > 0
      if (isTaken) for (const statement of statements) await trx.executeQuery(statement)
      written.push(isTaken)
    }
    return written
  })
}
