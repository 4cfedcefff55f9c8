import type { Database } from 'better-sqlite3'
import {
  type DatabaseConnection,
  type Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  SqliteQueryCompiler,
} from 'kysely'
import { currentWork } from '../request-work.ts'
import { isLazy } from './lazy-writes.ts'
import { Lock } from './lock.ts'

/** The functions of a connection that Kysely and this file use. */
export type SqliteConnection = Pick<Database, 'prepare' | 'close' | 'inTransaction'>

/**
 * How a parameter is written for SQLite. The sign does not change a value of any type. It hides from the planner that the value
 * is a parameter. The planner looks at the values of bare parameters, e.g. in LIMIT and many comparisons, and then prepares the
 * statement again each time they are bound (`sqlite3VdbeReprepareOnBind`). That takes longer than most of our reads.
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
  /**
   * The driver itself lends the connection to one at a time. With Kysely's own lock the next transaction would wait until the
   * disk has the last one.
   */
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

/**
 * The one connection, lent to one at a time. A writer gets the answer when the disk has the write. The next transaction runs in
 * the meantime, and its commit shares the next wait.
 *
 * A full disk and other failures undo the whole transaction by themselves (https://sqlite.org/lang_transaction.html, §3). Another
 * rollback fails, and its error would hide the cause.
 */
class DurableSqliteDriver extends SqliteDriver {
  readonly #connection: SqliteConnection
  readonly #sync: (() => Promise<void>) | undefined
  readonly #lock = new Lock()
  /** Rows that were changed until the last commit that somebody waits for. */
  #changes = 0

  constructor({ database, sync }: SqliteDialectOptions) {
    // Kysely's type asks for statements whose rows are not typed; they are the same.
    super({ database: database as Database })
    this.#connection = database
    this.#sync = sync
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    await this.#lock.take({ isLong: currentWork()?.isLong === true })
    return super.acquireConnection()
  }

  override async releaseConnection(): Promise<void> {
    this.#lock.give()
    if (this.#sync && this.#hasWritten() && !isLazy()) await this.#sync()
  }

  #hasWritten(): boolean {
    const [row] = this.#connection.prepare('select total_changes() as changes').all([]) as [
      { changes: number },
    ]
    const hasChanged = row.changes !== this.#changes
    this.#changes = row.changes
    return hasChanged
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection.inTransaction) await super.rollbackTransaction(connection)
  }
}

interface SqliteDialectOptions {
  database: SqliteConnection
  /** Syncs commits to the disk. Without it SQLite does so within the commit. */
  sync?: () => Promise<void>
}

export class TransactionalSqliteDialect extends SqliteDialect {
  readonly #options: SqliteDialectOptions
  constructor(options: SqliteDialectOptions) {
    super({ database: options.database as Database })
    this.#options = options
  }
  override createDriver(): SqliteDriver {
    return new DurableSqliteDriver(this.#options)
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter(this.#options.database)
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
