import Database from 'better-sqlite3'
import type { Limits } from '../limits.ts'
import { currentWork } from '../request-work.ts'
import { createSearchThreads } from './long-searches/search-threads.ts'
import { turnsOf } from './long-searches/turns.ts'
import type { ReadConnections } from './prepared-query.ts'
import { withStatementCache } from './statement-cache.ts'
import { takeRows } from './taken-rows.ts'
import { setTimeLimit, TimeLimitError } from './time-limit.ts'

/**
 * The most time of a search in this process, which does nothing else meanwhile. Most searches of one patient take a tenth of it.
 */
const quickMs = 3

/**
 * A connection of its own for reads, so that they do not wait for a transaction of this process. A search that is not quick is
 * begun again in a thread, where it may take long.
 */
export function openSqliteReader(file: string, limits: Limits): ReadConnections & { close(): Promise<void> } {
  const database = new Database(file, { readonly: true })
  database.pragma('busy_timeout = 2000')
  const within = setTimeLimit(database)
  const statements = withStatementCache(database)
  const threads = createSearchThreads(file)
  const turns = turnsOf(limits)
  return {
    prepare(text) {
      const statement = database.prepare(text)
      return (values) => statement.all(values) as never
    },
    search(text, values, { mostBytes, isByKey }) {
      const work = currentWork()
      const takeHere = () => takeRows(statements.prepare(text) as never, values, mostBytes) as never
      if (isByKey) return takeHere()
      // A holder with a long search has its other searches after it. Otherwise each would first take its time here.
      if (!turns.isBusy(work))
        try {
          return within(quickMs, takeHere)
        } catch (error) {
          if (!(error instanceof TimeLimitError)) throw error
        }
      return turns.run(work, (stop) => threads.run({ text, values, mostBytes }, stop)) as never
    },
    async close() {
      await threads.close()
      database.close()
    },
  }
}
