import Database from 'better-sqlite3'
import { Kysely, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { migrateToLatest, migrations } from '#server/store/migrate.ts'
import { TransactionalSqliteDialect } from '#server/store/sqlite-dialect.ts'

/** Migrates the database of the first argument up to the step of the second one, and is killed in the middle of that. */
const [, , url = '', last = ''] = process.argv
const dialect = url.startsWith('sqlite:')
  ? new TransactionalSqliteDialect({ database: new Database(url.slice('sqlite:'.length)) })
  : new PostgresDialect({ pool: new Pool({ connectionString: url }) })
const db = new Kysely<unknown>({ dialect })
await migrateToLatest(db, {
  ...migrations,
  [last]: {
    async up(on) {
      await migrations[last]?.up(on)
      process.kill(process.pid, 'SIGKILL')
      // The signal may take a moment.
      await new Promise(() => undefined)
    },
  },
})
