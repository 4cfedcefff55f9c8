import type { Row } from './row-digest.ts'
import type { TableProgress, TableShape } from './table-shape.ts'

/** A database as a copy reads it. */
export interface CopyEnd {
  readonly kind: 'sqlite' | 'postgres'
  /** Every table of the database, also those without content. */
  listTables(): Promise<TableShape[]>
  /** The names of the migrations that made its tables; empty when it has none. */
  listMigrations(): Promise<string[]>
  count(table: TableShape): Promise<number>
  /** Rows in the order of the key, in batches of about a megabyte. Only one table may be read at a time. */
  read(table: TableShape): AsyncIterable<Row[]>
  close(): Promise<void>
}

/** The database that is copied. Everything is read as it was at one moment, though others write meanwhile. */
export interface CopySource extends CopyEnd {
  /** The reason why the copy may lack later writes. Undefined when nobody wrote. Ends the snapshot. */
  findLaterWrites(): Promise<string | undefined>
}

/** The database that is filled. */
export interface CopyTarget extends CopyEnd {
  /** False when another process is filling it at this moment. */
  takeLock(): Promise<boolean>
  createProgress(): Promise<void>
  readProgress(): Promise<Map<string, TableProgress>>
  /** Adds rows, and notes how far the table has come, both or neither. */
  write(table: TableShape, rows: readonly Row[], progress: TableProgress): Promise<void>
  /** Empties the tables, given in the order of their references, and deletes their progress. */
  clear(tables: readonly TableShape[]): Promise<void>
  /** Removes the notes on progress. Then the database is like any other. */
  finish(tables: readonly TableShape[]): Promise<void>
}

/** About so many characters are in memory at a time, and so many rows at most. */
export const batchCharacters = 1024 * 1024
export const batchRows = 2000

export function sizeOf(row: Row): number {
  return row.reduce((sum, cell) => sum + (cell?.length ?? 0), 0)
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The statement that reads a table; with a key the rows come in its order. */
export function selectAll({ name, columns, key }: TableShape): string {
  const order = key.length > 0 ? ` order by ${key.map(quoted).join(', ')}` : ''
  return `select ${columns.map(quoted).join(', ')} from ${quoted(name)}${order}`
}
