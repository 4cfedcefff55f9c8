import type { Db } from '../store/store.ts'
import { findStoreFailure } from '../store/store-failure.ts'
import { isSqlite } from '../store/transaction.ts'

/** Writes of requests that come at the same time share one commit, because a commit waits for the disk. */
export interface SharedCommits {
  /**
   * Runs one statement that writes; durable when it resolves. It may run twice, and what fails takes no other with it.
   */
  run<Result>(statement: (db: Db) => Promise<Result>): Promise<Result>
}

interface Waiting {
  statement: (db: Db) => Promise<unknown>
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** PostgreSQL does this by itself for its connections, so that there every statement is its own transaction. */
export function createSharedCommits(db: Db): SharedCommits {
  if (!isSqlite(db)) return { run: (statement) => statement(db) }
  let waiting: Waiting[] = []

  async function commit(): Promise<void> {
    const batch = waiting
    waiting = []
    try {
      const results = await runTogether(db, batch)
      for (const [index, each] of batch.entries()) each.resolve(results[index])
    } catch (error) {
      // A full or locked database is so for all; anything else is the fault of one of them.
      const isOfAll = findStoreFailure(error) !== undefined
      const alone = ({ statement }: Waiting) => (isOfAll ? Promise.reject(error) : statement(db))
      for (const each of batch) await alone(each).then(each.resolve, each.reject)
    }
  }

  return {
    run: (statement) =>
      new Promise((resolve, reject) => {
        waiting.push({ statement, resolve: resolve as Waiting['resolve'], reject })
        // Whatever else has arrived by now comes along.
        if (waiting.length === 1) setImmediate(commit)
      }),
  }
}

function runTogether(db: Db, batch: Waiting[]): Promise<unknown[]> {
  // The first statement writes, so that the transaction never reads from a snapshot that it cannot write to.
  return db.transaction().execute(async (trx) => {
    const results: unknown[] = []
    for (const { statement } of batch) results.push(await statement(trx))
    return results
  })
}
