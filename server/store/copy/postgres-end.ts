import { Client, types } from 'pg'
import { OnpatientError } from '../../errors.ts'
import {
  batchCharacters,
  batchRows,
  type CopyEnd,
  type CopySource,
  type CopyTarget,
  quoted,
  selectAll,
  sizeOf,
} from './copy-end.ts'
import { copyIn } from './copy-in.ts'
import type { Cell, Row } from './row-digest.ts'
import { progressTable, type TableShape } from './table-shape.ts'

/** The number of the lock that the process holds which fills the database. It is arbitrary, and the same in every version. */
const copyLock = 471_108_2207

export async function openPostgresSource(url: string): Promise<CopySource> {
  const link = await connect(url)
  await link.query('begin isolation level repeatable read read only')
  return {
    ...readingFrom(link),
    async findLaterWrites() {
      await link.query('commit')
      const servers = await link.query(
        `select 1 from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and application_name = 'onpatient'`,
      )
      return servers.length > 0 ? 'a server is connected to it' : undefined
    },
  }
}

export async function openPostgresTarget(url: string): Promise<CopyTarget> {
  const link = await connect(url)
  // A crash of the database undoes rows together with the note on them.
  await link.query('set synchronous_commit = off')
  return {
    ...readingFrom(link),
    async takeLock() {
      const [[taken] = []] = await link.query('select pg_try_advisory_lock($1)', [copyLock])
      return taken === '1'
    },
    async createProgress() {
      await link.query(
        `create table ${progressTable} (name text primary key, "rows" bigint not null, digest text not null, is_done boolean not null)`,
      )
    },
    async readProgress() {
      const rows = await link.query(`select name, "rows", digest, is_done from ${progressTable}`)
      return new Map(
        rows.map(([name, count, digest, isDone]) => [
          String(name),
          { rows: Number(count), digest: String(digest), isDone: isDone === '1' },
        ]),
      )
    },
    async write(table, rows, { rows: count, digest, isDone }) {
      await link.query('begin')
      await copyIn(link.client, table, rows)
      await link.query(
        `insert into ${progressTable} values ($1, $2, $3, $4) on conflict (name) do update
         set "rows" = excluded."rows", digest = excluded.digest, is_done = excluded.is_done`,
        [table.name, count, digest, isDone],
      )
      await link.query('commit')
    },
    async clear(tables) {
      const names = tables.map(({ name }) => name)
      await link.query('begin')
      await link.query(`truncate ${names.map(quoted).join(', ')}`)
      await link.query(`delete from ${progressTable} where name = any($1)`, [names])
      await link.query('commit')
    },
    async finish(tables) {
      await continueNumbers(link, tables)
      // Without figures about its tables the planner would guess until the next autovacuum.
      await link.query(`analyze ${tables.map(({ name }) => quoted(name)).join(', ')}`)
      // This commit brings everything before it to the disk, too.
      await link.query('set synchronous_commit = on')
      await link.query(`drop table ${progressTable}`)
    },
  }
}

/** Generated numbers continue after those of the copied rows. */
async function continueNumbers({ query }: Link, tables: readonly TableShape[]): Promise<void> {
  const columns = await query(
    `select relname, attname from pg_attribute join pg_class on pg_class.oid = attrelid
     where relnamespace = current_schema()::regnamespace and attidentity <> '' and relname = any($1)`,
    [tables.map(({ name }) => name)],
  )
  for (const [table, column] of columns) {
    const name = quoted(String(table))
    await query(
      `select setval(pg_get_serial_sequence($1, $2), coalesce((select max(${quoted(String(column))}) from ${name}), 0) + 1, false)`,
      [name, column],
    )
  }
}

/** One connection that is never replaced: a snapshot and a lock end with it. */
interface Link {
  client: Client
  query(text: string, values?: unknown[]): Promise<Cell[][]>
}

async function connect(url: string): Promise<Link> {
  const client = new Client({
    connectionString: url,
    application_name: 'onpatient migrate',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    types: { getTypeParser: (oid: number) => parsers.get(oid) ?? String } as never,
  })
  // The statement that is under way fails with the same error.
  client.on('error', () => undefined)
  await client.connect().catch((error: Error & { code?: string }) => {
    // PostgreSQL's own message, e.g. about a wrong password, is clear enough.
    if (error.code !== undefined && /^\w{5}$/.test(error.code)) throw error
    throw new OnpatientError(
      'store-unavailable',
      `PostgreSQL cannot be reached: ${error.message || error.code}`,
    )
  })
  return {
    client,
    query: async (text, values = []) => (await client.query<Cell[]>({ text, values, rowMode: 'array' })).rows,
  }
}

const spellFloat = (text: string) => String(Number(text))
const spellFlag = (text: string) => (text === 't' ? '1' : '0')

/** Values travel as PostgreSQL spells them, except those that SQLite spells differently. */
const parsers = new Map<number, (text: string) => Cell>([
  [types.builtins.FLOAT4, spellFloat],
  [types.builtins.FLOAT8, spellFloat],
  [types.builtins.BOOL, spellFlag],
  [types.builtins.BYTEA, (text) => Buffer.from(text.slice(2), 'hex')],
])

function readingFrom({ client, query }: Link): CopyEnd {
  return {
    kind: 'postgres',
    async listTables() {
      const columns = await query(
        `select relname, attname from pg_attribute join pg_class on pg_class.oid = attrelid
         where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
           and attnum > 0 and not attisdropped and attgenerated = ''
         order by relname, attnum`,
      )
      const keys = await query(
        `select relname, attname from pg_index join pg_class on pg_class.oid = indrelid,
           unnest(indkey) with ordinality as part (attnum, place)
           join pg_attribute on pg_attribute.attnum = part.attnum
         where indisprimary and attrelid = indrelid and relnamespace = current_schema()::regnamespace
         order by relname, place`,
      )
      const references = await query(
        `select distinct here.relname, there.relname from pg_constraint
           join pg_class here on here.oid = conrelid join pg_class there on there.oid = confrelid
         where contype = 'f' and here.relnamespace = current_schema()::regnamespace`,
      )
      return combine(columns, keys, references)
    },
    async listMigrations() {
      const found = await query("select to_regclass('kysely_migration')")
      if (found[0]?.[0] === null) return []
      return (await query('select name from kysely_migration order by name')).map(([name]) => String(name))
    },
    async count({ name }) {
      return Number((await query(`select count(*) from ${quoted(name)}`))[0]?.[0])
    },
    async *read(table) {
      // A cursor needs a transaction, and a source has one from the start.
      const isOwn = client.getTransactionStatus() === 'I'
      if (isOwn) await query('begin read only')
      await query(`declare copied no scroll cursor for ${selectAll(table)}`)
      try {
        for (let count = 100; ; ) {
          const rows: Row[] = await query(`fetch ${count} from copied`)
          if (rows.length === 0) break
          yield rows
          const size = rows.reduce((sum, row) => sum + sizeOf(row), 0) / rows.length
          count = Math.min(batchRows, Math.max(1, Math.floor(batchCharacters / size)))
        }
      } finally {
        // Closes the cursor also after a break, because the next table needs its name. A lost connection has no cursor
        // any more.
        if (client.getTransactionStatus() === 'T') await query('close copied')
        if (isOwn && client.getTransactionStatus() !== 'I') await query('rollback')
      }
    },
    close: () => client.end(),
  }
}

function combine(columns: Cell[][], keys: Cell[][], references: Cell[][]): TableShape[] {
  const second = (rows: Cell[][], name: string) =>
    rows.filter(([first]) => first === name).map(([, value]) => String(value))
  const names = new Set(columns.map(([name]) => String(name)))
  return [...names].map((name) => ({
    name,
    columns: second(columns, name),
    key: second(keys, name),
    references: second(references, name),
  }))
}
