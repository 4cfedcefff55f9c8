import { SqliteAdapter, SqliteDialect } from 'kysely'

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
}
