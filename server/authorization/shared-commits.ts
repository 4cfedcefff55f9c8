import type { Db } from '../store/store.ts'
import { findStoreFailure } from '../store/store-failure.ts'
import { isSqlite } from '../store/transaction.ts'

/** One that writes. The first of several may answer `false`: it found nothing to write, and the others are not run. */
export type Statement = (db: Db) => Promise<unknown>

/** Writes of requests that come at the same time share one commit, because a commit waits for the disk. */
export interface SharedCommits {
  /**
   * Runs statements that write, all of them or none; what they wrote is durable when it resolves. False: the first one
   * said so. They may run twice, and what fails takes no other with it.
   */
  run(statements: readonly Statement[]): Promise<boolean>
}

interface Waiting {
  statements: readonly Statement[]
  resolve(isWritten: boolean): void
  reject(error: unknown): void
}

/** PostgreSQL does this by itself for its connections, so that there everybody has a transaction of his own. */
export function createSharedCommits(db: Db): SharedCommits {
  if (!isSqlite(db))
    return {
      run: (statements) =>
        statements.length === 1
          ? runEach(db, statements)
          : db.transaction().execute((trx) => runEach(trx, statements)),
    }
  let waiting: Waiting[] = []

  async function commit(): Promise<void> {
    const batch = waiting
    waiting = []
    try {
      const results = await runTogether(db, batch)
      for (const [index, each] of batch.entries()) each.resolve(results[index] ?? false)
    } catch (error) {
      // A full or locked database is so for all; anything else is the fault of one of them.
      const isOfAll = findStoreFailure(error) !== undefined || batch.length === 1
      const alone = (each: Waiting) =>
        isOfAll ? Promise.reject(error) : runTogether(db, [each]).then(([isWritten]) => isWritten ?? false)
      for (const each of batch) await alone(each).then(each.resolve, each.reject)
    }
  }

  return {
    run: (statements) =>
      new Promise((resolve, reject) => {
        waiting.push({ statements, resolve, reject })
        // Whatever else has arrived by now comes along.
        if (waiting.length === 1) setImmediate(commit)
      }),
  }
}

function runTogether(db: Db, batch: Waiting[]): Promise<boolean[]> {
  // The first statement writes, so that the transaction never reads from a snapshot that it cannot write to.
  return db.transaction().execute(async (trx) => {
    const results: boolean[] = []
    for (const { statements } of batch) results.push(await runEach(trx, statements))
    return results
  })
}

async function runEach(db: Db, [first, ...others]: readonly Statement[]): Promise<boolean> {
  if ((await first?.(db)) === false) return false
  for (const statement of others) await statement(db)
  return true
}
