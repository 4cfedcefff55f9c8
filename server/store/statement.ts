import { type Compilable, CompiledQuery, type RawBuilder, sql } from 'kysely'
import { breathe } from '../breathe.ts'
import { OnpatientError } from '../errors.ts'
import { currentWork } from '../request-work.ts'
import { isStatementTimeout } from './connection-loss.ts'
import type { Db } from './db.ts'
import { compiledOnce, readerOf, runCondition, type SearchOptions } from './prepared-query.ts'
import { sqlitePlaceholder } from './sqlite-dialect.ts'
import { PageOfRows, type TakenRows } from './taken-rows.ts'
import { TimeLimitError, timeLimitFunction } from './time-limit.ts'
import { isSqlite } from './transaction.ts'

type Value = string | number

/** A piece of SQL with its parameters; what `sqlText` gives. */
export interface Fragment {
  readonly strings: readonly string[]
  /** The fragment for PostgreSQL, where it differs. */
  readonly onPostgres?: Fragment
  readonly parts: ReadonlyArray<Fragment | Value>
}

/**
 * SQL as a template, for statements that are put together anew for each request from dozens of pieces: searches. Kysely's own
 * template freezes and visits a node for each of them, which takes longer than the statement itself; this one appends texts. A
 * value between braces is a piece of SQL or a parameter. A parameter never becomes SQL.
 */
export function sqlText(strings: TemplateStringsArray, ...parts: ReadonlyArray<Fragment | Value>): Fragment {
  return { strings, parts }
}

const names = new Map<string, Fragment>()

/** A name of ours with its table, e.g. `record.id`. Never a text from outside. */
export function sqlName(path: string): Fragment {
  const known = names.get(path)
  if (known) return known
  const quoted = path.split('.').map((part) => `"${part.replaceAll('"', '""')}"`)
  const name = { strings: [quoted.join('.')], parts: [] }
  names.set(path, name)
  return name
}

export const sqlNothing: Fragment = sqlText``

export function sqlJoin(fragments: ReadonlyArray<Fragment | Value>, separator = ', '): Fragment {
  if (fragments.length === 0) return sqlNothing
  return { strings: ['', ...fragments.slice(1).map(() => separator), ''], parts: fragments }
}

/**
 * True until the statement has taken too long; for searches that look at many records. SQLite has no time limit of its own, so
 * the function is called for each row that is looked at. PostgreSQL has its own limit. `column` is any column of the walked
 * table. It keeps the call inside the walk.
 */
export function isInTime(column: string): Fragment {
  return { ...sqlText`${sqlName(timeLimitFunction)}(${sqlName(column)})`, onPostgres: sqlText`true` }
}

/** The same piece for a query of Kysely. */
export function asExpression<T>({ strings, parts, onPostgres }: Fragment): RawBuilder<T> {
  if (onPostgres) return asExpression(onPostgres)
  const inner = parts.map((part) => (typeof part === 'object' ? asExpression(part) : part))
  return sql<T>(strings as unknown as TemplateStringsArray, ...inner)
}

/**
 * Runs a statement that reads. It does not wait for a transaction of this process, as `preparedQuery`. Throws `search-too-long`
 * when it took too long, and like the work of the request.
 */
export async function readRows<Row>(db: Db, fragment: Fragment): Promise<Row[]> {
  return (await readPage<Row>(db, fragment, undefined)).rows
}

/** The same for rows with a column `content`, which are taken as long as they have room. */
export function readPage<Row>(
  db: Db,
  fragment: Fragment,
  mostBytes: number | undefined = currentWork()?.limits.pageBytes,
): Promise<TakenRows<Row>> {
  const values: Value[] = []
  const statement = write(fragment, values, isSqlite(db))
  return take(db, statement, values, { mostBytes, isByKey: false })
}

/** The same for a statement that finds one row or a few by their keys, and looks at no others. */
export async function readByKey<Row>(db: Db, fragment: Fragment): Promise<Row[]> {
  const values: Value[] = []
  const statement = write(fragment, values, isSqlite(db))
  return (await take<Row>(db, statement, values, { mostBytes: undefined, isByKey: true })).rows
}

/** The same for a query of Kysely that reads. */
export function readQuery<Row>(
  db: Db,
  query: Compilable<Row>,
  mostBytes: number | undefined = currentWork()?.limits.pageBytes,
): Promise<TakenRows<Row>> {
  const { sql: statement, parameters } = query.compile()
  return take(db, statement, parameters as Value[], { mostBytes, isByKey: false })
}

/** The same for a query of the hot path, which is compiled at its first use: `build` must not look at its parameters. */
export function preparedPage<Row, Params extends Value[]>(
  build: (db: Db, ...params: Params) => Compilable<Row>,
): (db: Db, ...params: Params) => Promise<TakenRows<Row>> {
  const compile = compiledOnce(build)
  return (db, ...params) => {
    const { query, values } = compile(db, params)
    return take(db, query.sql, values as Value[], {
      mostBytes: currentWork()?.limits.pageBytes,
      isByKey: true,
    })
  }
}

async function take<Row>(
  db: Db,
  statement: string,
  values: Value[],
  options: SearchOptions,
): Promise<TakenRows<Row>> {
  currentWork()?.countStatement()
  // A request runs one statement after the other, and SQLite never makes it wait. So others have their turn here.
  await breathe({ holdsLock: db.isTransaction })
  const reader = db.isTransaction ? undefined : readerOf(db)
  try {
    if (reader) return await reader.search<Row>(statement, values, options)
    const { mostBytes } = options
    const fitting =
      mostBytes === undefined
        ? CompiledQuery.raw(statement, values)
        : CompiledQuery.raw(withinRoom(statement, mostBytes), values)
    const ask = () => db.executeQuery<Row & { content?: unknown }>(fitting)
    const { rows } = db.isTransaction && currentWork() ? await runCondition(db, ask) : await ask()
    if (mostBytes === undefined) return { rows, isCut: false }
    const page = new PageOfRows<Row & { content?: unknown }>(mostBytes)
    for (const row of rows) page.add(row)
    return page
  } catch (error) {
    if (!isTooLong(error)) throw error
    currentWork()?.assertGoesOn()
    throw new OnpatientError(
      'search-too-long',
      'This search looks at more records than can be gone through in its time (MAX_SEARCH_SECONDS, in a write MAX_CONDITION_MILLISECONDS), so it was stopped. Name a patient, a code or a period in it.',
      { cause: error },
    )
  }
}

/**
 * A transaction returns all rows of a statement at once, so the database leaves out those beyond the room. The second row always
 * comes: by it `PageOfRows` sees that the page is cut.
 */
function withinRoom(statement: string, mostBytes: number): string {
  const size = 'coalesce(length(content), 0)'
  const upTo = 'over (rows between unbounded preceding and current row)'
  return `select * from (
    select page.*, sum(${size}) ${upTo} as bytes_taken, count(*) ${upTo} as rows_taken from (${statement}) as page) as fitting
    where bytes_taken - ${size} <= ${mostBytes} or rows_taken <= 2`
}

function isTooLong(error: unknown): boolean {
  return error instanceof TimeLimitError || isStatementTimeout(error)
}

function write({ strings, parts, onPostgres }: Fragment, values: Value[], onSqlite: boolean): string {
  if (onPostgres && !onSqlite) return write(onPostgres, values, onSqlite)
  let written = strings[0] ?? ''
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at] as Fragment | Value
    if (typeof part === 'object') written += write(part, values, onSqlite)
    else {
      values.push(part)
      written += onSqlite ? sqlitePlaceholder : `$${values.length}`
    }
    written += strings[at + 1] ?? ''
  }
  return written
}
