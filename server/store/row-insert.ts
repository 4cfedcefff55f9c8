import { CompiledQuery, type Transaction } from 'kysely'
import { writeArray } from './postgres-array.ts'
import type { Schema } from './schema/schema.ts'
import { type SqliteConnection, sqliteConnectionOf } from './sqlite-dialect.ts'

export type Cell = string | number | null

/** As PostgreSQL names them. `content` is text that may be long. */
type ColumnType = 'text' | 'content' | 'integer' | 'bigint' | 'double precision'

/**
 * A statement that inserts any number of rows, for tables of which a batch fills thousands: its text is made once, where Kysely
 * builds, visits and writes a node for each cell. Gives a function that takes the cells of all rows, one row after the other, with
 * the columns in the order in which they are named here.
 */
export function rowInsert<Table extends keyof Schema>(
  table: Table,
  columns: Partial<Record<keyof Schema[Table] & string, ColumnType>>,
): (trx: Transaction<Schema>, cells: readonly Cell[]) => Promise<void> {
  const names = Object.keys(columns)
  const types = Object.values(columns as Record<string, ColumnType>)
  const onSqlite = sqliteInsert(table, names)
  const onPostgres = postgresInsert(table, names, types)
  return async (trx, cells) => {
    const connection = sqliteConnectionOf(trx)
    if (connection) onSqlite(connection, cells)
    else for (const query of onPostgres(cells)) await trx.executeQuery(query)
  }
}

/** More rows in a statement are no faster. */
const sqliteRows = 10

/**
 * A statement that may stop in its middle keeps a journal of its own, to undo itself alone; `or fail` does without, because the
 * transaction is undone as a whole.
 */
function sqliteInsert(table: string, names: readonly string[]) {
  const row = `(${names.map(() => '?').join()})`
  const text = (rows: number) =>
    `insert or fail into ${table} (${names.join()}) values ${Array(rows).fill(row).join()}`
  const one = text(1)
  const several = text(sqliteRows)
  return (connection: SqliteConnection, cells: readonly Cell[]) => {
    let at = 0
    for (const [statement, rows] of [
      [several, sqliteRows],
      [one, 1],
    ] as const) {
      const size = rows * names.length
      if (cells.length - at < size) continue
      const prepared = connection.prepare(statement)
      for (; cells.length - at >= size; at += size) prepared.run(cells.slice(at, at + size))
    }
  }
}

/** The values of each column are one parameter, an array: a statement of thousands of parameters takes longer to read than to run. */
function postgresInsert(table: string, names: readonly string[], types: readonly ColumnType[]) {
  const rowsPerStatement = types.includes('content') ? 250 : 2000
  const size = rowsPerStatement * names.length
  return function* (cells: readonly Cell[]): Generator<CompiledQuery> {
    for (let start = 0; start < cells.length; start += size) {
      const values: Cell[] = []
      const arrays = types.map((type, column) => {
        const own = everyNth(cells, names.length, start + column, Math.min(start + size, cells.length))
        if (type !== 'content') return `$${values.push(writeArray(own))}::${type}[]`
        // Each by itself: in an array every quotation mark of a JSON text would be escaped.
        return `array[${own.map((text) => `$${values.push(text)}`).join()}]::text[]`
      })
      yield CompiledQuery.raw(
        `insert into ${table} (${names.join()}) select * from unnest(${arrays.join()})`,
        values,
      )
    }
  }
}

function everyNth(cells: readonly Cell[], n: number, first: number, end: number): Cell[] {
  const some: Cell[] = []
  for (let at = first; at < end; at += n) some.push(cells[at] ?? null)
  return some
}
