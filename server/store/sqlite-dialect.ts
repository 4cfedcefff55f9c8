import type { Database } from 'better-sqlite3'
import {
  type DatabaseConnection,
  type Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  SqliteQueryCompiler,
} from 'kysely'

/** What Kysely and we need of a connection. */
export type SqliteConnection = Pick<Database, 'prepare' | 'close' | 'inTransaction'>

/**
 * How a parameter is written for SQLite. The sign changes nothing about a value, of whatever type, but hides that it is a
 * parameter: of bare ones the planner looks at what they are bound to, and a statement that it did so for is prepared anew each time
 * that one is bound, LIMIT and many a comparison among them (`sqlite3VdbeReprepareOnBind`). That takes longer than most of our reads.
 */
export const sqlitePlaceholder = '+?'

class SteadyQueryCompiler extends SqliteQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return sqlitePlaceholder
  }
}

/**
 * SQLite undoes CREATE TABLE with its transaction, so a migration that fails leaves nothing behind and can be tried again.
 * Kysely assumes the contrary for all drivers of SQLite and would run migrations without a transaction.
 */
class TransactionalSqliteAdapter extends SqliteAdapter {
  readonly connection: SqliteConnection
  constructor(connection: SqliteConnection) {
    super()
    this.connection = connection
  }
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/**
 * A full disk and other failures undo the whole transaction by themselves (https://sqlite.org/lang_transaction.html, §3). To undo it
 * once more fails, and that error would stand in for the one that says what is wrong.
 */
class SelfUndoingSqliteDriver extends SqliteDriver {
  readonly #connection: SqliteConnection
  constructor(connection: SqliteConnection) {
    // Kysely's type asks for statements whose rows are not typed; they are the same.
    super({ database: connection as Database })
    this.#connection = connection
  }
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection.inTransaction) await super.rollbackTransaction(connection)
  }
}

export class TransactionalSqliteDialect extends SqliteDialect {
  readonly #connection: SqliteConnection
  constructor({ database }: { database: SqliteConnection }) {
    super({ database: database as Database })
    this.#connection = database
  }
  override createDriver(): SqliteDriver {
    return new SelfUndoingSqliteDriver(this.#connection)
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter(this.#connection)
  }

  override createQueryCompiler(): SqliteQueryCompiler {
    return new SteadyQueryCompiler()
  }
}

/** The one connection on which all transactions of a SQLite database run; undefined on PostgreSQL. */
export function sqliteConnectionOf<T>(db: Kysely<T>): SqliteConnection | undefined {
  const { adapter } = db.getExecutor()
  return adapter instanceof TransactionalSqliteAdapter ? adapter.connection : undefined
}
