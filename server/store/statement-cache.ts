import type { Database, Statement } from 'better-sqlite3'
import type { SqliteConnection } from './sqlite-dialect.ts'

const mostStatements = 500

/**
 * Keeps prepared statements by their text: preparing costs more than most reads. SQLite prepares a kept one again by itself when
 * the schema has changed. The oldest is dropped when there are too many, e.g. of searches that nobody repeats.
 */
export function withStatementCache(database: Database): SqliteConnection {
  const statements = new Map<string, Statement>()
  return {
    prepare(text: string) {
      const kept = statements.get(text)
      if (kept && !kept.busy) return kept as never
      const statement = database.prepare(text)
      statements.set(text, statement)
      const [oldest] = statements.keys()
      if (statements.size > mostStatements && oldest !== undefined) statements.delete(oldest)
      return statement as never
    },
    close: () => database.close(),
    get inTransaction() {
      return database.inTransaction
    },
  }
}
