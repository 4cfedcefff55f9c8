import type { Database, Statement } from 'better-sqlite3'
import type { Compilable, CompiledQuery } from 'kysely'
import type { Db } from './store.ts'
import type { TimeLimit } from './time-limit.ts'

/** Stands for a parameter while a query is compiled. */
class Placeholder {
  readonly position: number
  constructor(position: number) {
    this.position = position
  }
}

interface Prepared {
  query: CompiledQuery
  /** Whether the parameters of the query are those of the call, one for one. */
  isDirect: boolean
  /** Of a read on a SQLite file: the statement itself. */
  statement: Statement | undefined
}

interface Reader extends Pick<Database, 'prepare'> {
  within: TimeLimit
}

const readers = new WeakMap<object, Reader>()

/**
 * Names a connection of its own for prepared queries. It sees what is committed, as every other reader does, and does not have
 * to wait for its turn behind a transaction that this process is in the middle of.
 */
export function readThrough(db: Db, reader: Reader): void {
  readers.set(db.getExecutor().adapter, reader)
}

/** That connection; undefined on PostgreSQL and in memory. */
export function readerOf(db: Db): Reader | undefined {
  return readers.get(db.getExecutor().adapter)
}

/**
 * A query of the hot path, compiled at its first use instead of at each: `build` is called once, with placeholders, so it
 * must not look at its parameters. Every database of the process gets its own.
 */
export function preparedQuery<Row, Params extends Array<string | number | null>>(
  build: (db: Db, ...params: Params) => Compilable<Row>,
): (db: Db, ...params: Params) => Promise<Row[]> {
  const prepared = new WeakMap<object, Prepared>()

  function prepare(db: Db, params: Params): Prepared {
    const { adapter } = db.getExecutor()
    const known = prepared.get(adapter)
    if (known) return known
    const placeholders = params.map((_param, position) => new Placeholder(position)) as unknown as Params
    const query = build(db, ...placeholders).compile() as CompiledQuery
    const isDirect = query.parameters.every((each, at) => each instanceof Placeholder && each.position === at)
    const isRead = query.query.kind === 'SelectQueryNode'
    const statement = isRead ? readers.get(adapter)?.prepare(query.sql) : undefined
    const fresh = { query, isDirect, statement }
    prepared.set(adapter, fresh)
    return fresh
  }

  return async (db, ...params) => {
    const { query, statement, isDirect } = prepare(db, params)
    const values = isDirect
      ? params
      : query.parameters.map((each) => (each instanceof Placeholder ? params[each.position] : each))
    // Inside a transaction its own connection knows what it wrote.
    if (statement && !db.isTransaction) return statement.all(values) as Row[]
    const { rows } = await db.executeQuery<Row>({ ...query, parameters: values } as CompiledQuery<Row>)
    return rows
  }
}
