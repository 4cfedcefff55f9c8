import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
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
import type { Cell, Row } from './row-digest.ts'
import { progressTable, type TableShape } from './table-shape.ts'

export function openSqliteSource(file: string): CopySource {
  if (!existsSync(file))
    throw new OnpatientError(
      'not-found',
      `There is no database ${file}. Set DATABASE_URL to the one to copy from.`,
    )
  const db = new Database(file, { readonly: true })
  // Changes when another connection has written.
  const readVersion = () => db.pragma('data_version', { simple: true })
  const version = readVersion()
  db.exec('begin')
  return {
    ...readingFrom(db),
    async findLaterWrites() {
      db.exec('commit')
      return readVersion() === version ? undefined : 'another process has written to it'
    },
  }
}

export function openSqliteTarget(file: string): CopyTarget {
  const db = new Database(file, { timeout: 0 })
  return {
    ...readingFrom(db),
    async takeLock() {
      try {
        // The lock is held until the connection closes. A server that has the file open prevents it.
        db.pragma('locking_mode = exclusive')
        db.exec('begin exclusive; commit')
        db.pragma('foreign_keys = on')
        return true
      } catch (error) {
        if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false
        throw error
      }
    },
    async createProgress() {
      db.exec(
        `create table ${progressTable} (name text primary key, "rows" integer not null, digest text not null, is_done integer not null)`,
      )
    },
    async readProgress() {
      const rows = db.prepare(`select name, "rows", digest, is_done from ${progressTable}`).all() as Array<{
        name: string
        rows: number
        digest: string
        is_done: number
      }>
      return new Map(
        rows.map(({ name, rows, digest, is_done }) => [name, { rows, digest, isDone: is_done === 1 }]),
      )
    },
    async write(table, rows, { rows: count, digest, isDone }) {
      const places = table.columns.map(() => '?').join(', ')
      const names = table.columns.map(quoted).join(', ')
      const insert = db.prepare(`insert into ${quoted(table.name)} (${names}) values (${places})`)
      const note = db.prepare(`insert or replace into ${progressTable} values (?, ?, ?, ?)`)
      const floats = floatsOf(db, table)
      // Numbers arrive as text. The affinity of their column makes them numbers again, except infinite ones.
      db.transaction(() => {
        for (const row of rows)
          insert.run(row.map((cell, at) => (floats.has(at) && cell !== null ? Number(cell) : cell)))
        note.run(table.name, count, digest, isDone ? 1 : 0)
      })()
    },
    async clear(tables) {
      db.transaction(() => {
        for (const { name } of tables.toReversed()) db.exec(`delete from ${quoted(name)}`)
        const forget = db.prepare(`delete from ${progressTable} where name = ?`)
        for (const { name } of tables) forget.run(name)
      })()
    },
    async finish() {
      db.exec(`drop table ${progressTable}`)
    },
  }
}

function readingFrom(db: Database.Database): CopyEnd {
  return {
    kind: 'sqlite',
    async listTables() {
      const names = db.prepare("select name from sqlite_schema where type = 'table'").pluck().all()
      return (names as string[]).map((name) => shapeOf(db, name))
    },
    async listMigrations() {
      const hasAny = db.prepare("select 1 from sqlite_schema where name = 'kysely_migration'").get()
      if (!hasAny) return []
      return db.prepare('select name from kysely_migration order by name').pluck().all() as string[]
    },
    async count({ name }) {
      return db
        .prepare(`select count(*) from ${quoted(name)}`)
        .pluck()
        .get() as number
    },
    async *read(table) {
      // Whole numbers beyond 2^53 keep every digit.
      const statement = db.prepare(selectAll(table)).raw().safeIntegers()
      let batch: Row[] = []
      let size = 0
      for (const values of statement.iterate() as IterableIterator<unknown[]>) {
        const row = values.map(toCell)
        batch.push(row)
        size += sizeOf(row)
        if (size < batchCharacters && batch.length < batchRows) continue
        yield batch
        batch = []
        size = 0
      }
      if (batch.length > 0) yield batch
    },
    async close() {
      db.close()
    },
  }
}

function shapeOf(db: Database.Database, name: string): TableShape {
  const columns = db.pragma(`table_xinfo(${quoted(name)})`) as Array<{
    name: string
    pk: number
    hidden: number
  }>
  const references = db.pragma(`foreign_key_list(${quoted(name)})`) as Array<{ table: string }>
  return {
    name,
    columns: columns.filter((column) => column.hidden === 0).map((column) => column.name),
    key: columns
      .filter((column) => column.pk > 0)
      .toSorted((a, b) => a.pk - b.pk)
      .map((column) => column.name),
    references: [...new Set(references.map((reference) => reference.table))],
  }
}

/** The places of columns with numbers that may have a fraction (SQLite, "Determination Of Column Affinity"). */
function floatsOf(db: Database.Database, { name, columns }: TableShape): Set<number> {
  const types = db.pragma(`table_xinfo(${quoted(name)})`) as Array<{ name: string; type: string }>
  const floats = types.filter(({ type }) => /real|floa|doub/i.test(type))
  return new Set(floats.map((column) => columns.indexOf(column.name)))
}

function toCell(value: unknown): Cell {
  return value === null || Buffer.isBuffer(value) ? value : String(value)
}
