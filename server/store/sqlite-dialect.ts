import { SqliteAdapter, SqliteDialect, SqliteQueryCompiler } from 'kysely'

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
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

export class TransactionalSqliteDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new TransactionalSqliteAdapter()
  }

  override createQueryCompiler(): SqliteQueryCompiler {
    return new SteadyQueryCompiler()
  }
}
