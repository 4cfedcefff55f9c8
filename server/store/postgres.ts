import {
  type DataTypeNode,
  Kysely,
  type KyselyPlugin,
  OperationNodeTransformer,
  PostgresDialect,
  RawNode,
  sql,
} from 'kysely'
import { type ClientConfig, types } from 'pg'
import { readLimits } from '../limits.ts'
import { hidePassword } from '../settings.ts'
import { assertWritable } from './assert-writable.ts'
import { createBroadcast } from './broadcast.ts'
import type { Db } from './db.ts'
import { migrateToLatest } from './migrate.ts'
import { createPool, replacingDeadConnections } from './postgres-connections.ts'
import { createPostgresReader } from './postgres-reader.ts'
import { createPostgresWriter } from './postgres-writer.ts'
import { readThrough } from './prepared-query.ts'
import type { Schema } from './schema/schema.ts'
import type { OpenOptions, Store } from './store-interface.ts'
import { writeThrough } from './write-together.ts'

const poolSize = 10

/** The most time of a statement of a request. The API reports it when the time is over. */
const statementTimeoutMs = 30_000

const connectTimeoutMs = 5000

/**
 * Opens a PostgreSQL database and applies missing migrations; processes that start together take turns.
 * Throws `NewerDatabaseError` when it was written by a newer version.
 */
export async function openPostgresStore(
  url: string,
  { logger, limits = readLimits({}), mayCreate = true }: OpenOptions = {},
): Promise<Store> {
  const isNew = await migrate(url, mayCreate ? undefined : hidePassword(url))
  const config = {
    ...configOf(url),
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
  }
  // A connection that dies while it is idle is replaced at its next use.
  const noteLoss = (error: Error) => logger?.warn({ err: error }, 'a connection to PostgreSQL was lost')
  const pool = createPool({ ...config, max: poolSize }, noteLoss)
  const connections = replacingDeadConnections(pool)
  const db: Db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: connections }) })
  const { reader, close } = createPostgresReader(config, limits, noteLoss)
  readThrough(db, reader)
  const writer = createPostgresWriter(config, noteLoss)
  writeThrough(db, writer)
  return {
    kind: 'postgres',
    db,
    isNew,
    assertWritable: () => assertWritable(db),
    assertInPlace: () => undefined,
    broadcast: createBroadcast(configOf(url), noteLoss),
    close: () => Promise.all([db.destroy(), close(), writer.close()]).then(() => undefined),
  }
}

function configOf(url: string): ClientConfig {
  return {
    connectionString: url,
    application_name: 'onpatient',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    types: { getTypeParser },
  }
}

/** Times and counts are 64-bit numbers that are far below the largest safe integer of JavaScript. */
const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === types.builtins.INT8
    ? Number
    : types.getTypeParser(oid, format as 'text')) as typeof types.getTypeParser

/** The number of the lock that a process holds while it changes tables. It is arbitrary, and the same in every version. */
const migrationLock = 471_108_2204

/** Migrations use connections of their own, because an index over many records takes longer than a request may. */
async function migrate(url: string, onlyAt: string | undefined): Promise<boolean> {
  const pool = createPool({ ...configOf(url), max: 4 }, () => undefined)
  const db = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: replacingDeadConnections(pool) }),
    plugins: [new TextByBytes()],
  })
  try {
    return await db.connection().execute(async (holder) => {
      await assertUtf8(holder)
      await sql`select pg_advisory_lock(${migrationLock})`.execute(holder)
      // The lock ends with its connection.
      return migrateToLatest(db, undefined, onlyAt)
    })
  } finally {
    await db.destroy()
  }
}

async function assertUtf8(db: Db): Promise<void> {
  const { rows } = await sql<{ server_encoding: string }>`show server_encoding`.execute(db)
  if (rows[0]?.server_encoding === 'UTF8') return
  throw new Error(
    `This PostgreSQL database has the encoding ${rows[0]?.server_encoding}. Create it with: createdb --encoding=UTF8 --template=template0 NAME`,
  )
}

/**
 * Every text column compares by bytes, as on SQLite: a page begins where the last one ended, so its order must not
 * depend on the language of the database or on the version of its library of languages.
 */
class TextByBytes implements KyselyPlugin {
  readonly #transformer = new (class extends OperationNodeTransformer {
    protected override transformDataType(node: DataTypeNode): DataTypeNode {
      // `sql` in a migration also gives a raw node in the place of a data type.
      return node.dataType === 'text' ? (RawNode.createWithSql('text collate "C"') as never) : node
    }
  })()
  transformQuery: KyselyPlugin['transformQuery'] = ({ node, queryId }) =>
    this.#transformer.transformNode(node, queryId)
  transformResult: KyselyPlugin['transformResult'] = async ({ result }) => result
}
