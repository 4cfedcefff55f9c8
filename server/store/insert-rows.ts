import { CompiledQuery, type Transaction } from 'kysely'
import { breathe } from '../breathe.ts'
import { writeArray } from './postgres-array.ts'
import type { Schema } from './schema/schema.ts'
import { type SqliteConnection, sqliteConnectionOf } from './sqlite-dialect.ts'

export type Cell = string | number | null

/** As PostgreSQL names them. `content` is text that may be long. */
type ColumnType = 'text' | 'content' | 'integer' | 'bigint' | 'double precision'

/** A table of which a batch fills thousands of rows, with the columns that get a value. */
export interface FilledTable {
  name: string
  columns: readonly string[]
  types: readonly ColumnType[]
}

export function filledTable<Name extends keyof Schema>(
  name: Name,
  columns: Partial<Record<keyof Schema[Name] & string, ColumnType>>,
): FilledTable {
  return { name, columns: Object.keys(columns), types: Object.values(columns as Record<string, ColumnType>) }
}

/** The cells of all rows, one row after the other, in the order of the columns. */
export interface Rows {
  into: FilledTable
  cells: readonly Cell[]
}

/**
 * Inserts any number of rows by few statements whose texts stay the same. Kysely would build, visit and write a node for each
 * cell. No table may depend on another one, because they are filled in any order.
 */
export async function insertRows(trx: Transaction<Schema>, rows: readonly Rows[]): Promise<void> {
  const connection = sqliteConnectionOf(trx)
  if (connection) for (const each of rows) await insertOnSqlite(connection, each)
  else for (const query of postgresInserts(rows)) await trx.executeQuery(query)
}

/** More rows in a statement are no faster. */
const rowsOnSqlite = 10

async function insertOnSqlite(connection: SqliteConnection, { into, cells }: Rows): Promise<void> {
  const width = into.columns.length
  let at = 0
  for (const rows of [rowsOnSqlite, 1]) {
    const size = rows * width
    if (cells.length - at < size) continue
    const statement = connection.prepare(sqliteInsert(into, rows))
    for (; cells.length - at >= size; at += size) {
      statement.run(cells.slice(at, at + size))
      await breathe({ holdsLock: true })
    }
  }
}

/**
 * A statement that may stop in the middle keeps a journal to undo itself. With `or fail` it needs none, because the transaction
 * is undone as a whole.
 */
function sqliteInsert({ name, columns }: FilledTable, rows: number): string {
  const row = `(${columns.map(() => '?').join()})`
  return `insert or fail into ${name} (${columns.join()}) values ${Array(rows).fill(row).join()}`
}

/** One statement fills all tables, so that a batch waits for one answer; large batches take several. */
function* postgresInserts(rows: readonly Rows[]): Generator<CompiledQuery> {
  const pieces = rows.map(cutForPostgres)
  const most = Math.max(...pieces.map(({ length }) => length))
  for (let at = 0; at < most; at++) {
    const values: Cell[] = []
    const inserts = pieces
      .flatMap((ofTable) => ofTable[at] ?? [])
      .map((piece) => postgresInsert(piece, values))
    const last = inserts.pop() ?? ''
    const others = inserts.map((insert, index) => `part${index} as (${insert})`)
    yield CompiledQuery.raw(others.length === 0 ? last : `with ${others.join()} ${last}`, values)
  }
}

function cutForPostgres({ into, cells }: Rows): Rows[] {
  const size = into.columns.length * (into.types.includes('content') ? 500 : 10_000)
  const pieces: Rows[] = []
  for (let at = 0; at < cells.length; at += size) pieces.push({ into, cells: cells.slice(at, at + size) })
  return pieces
}

/**
 * The values of each column are one parameter, an array. PostgreSQL reads a statement of thousands of parameters longer than it
 * runs it.
 */
function postgresInsert({ into: { name, columns, types }, cells }: Rows, values: Cell[]): string {
  const arrays = types.map((type, first) => {
    const column = everyNth(cells, columns.length, first)
    if (type !== 'content') return `$${values.push(writeArray(column))}::${type}[]`
    // Contents are single parameters, because an array would escape every quotation mark of a JSON text.
    return `array[${column.map((text) => `$${values.push(text)}`).join()}]::text[]`
  })
  return `insert into ${name} (${columns.join()}) select * from unnest(${arrays.join()})`
}

function everyNth(cells: readonly Cell[], n: number, first: number): Cell[] {
  const some: Cell[] = []
  for (let at = first; at < cells.length; at += n) some.push(cells[at] ?? null)
  return some
}
