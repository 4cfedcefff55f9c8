import type { Compilable, CompiledQuery } from 'kysely'
import { currentWork } from '../request-work.ts'
import type { Db } from './db.ts'
import type { TakenRows } from './taken-rows.ts'

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
}

type Value = string | number | null
type Ask = <Row>(values: readonly Value[]) => Row[] | Promise<Row[]>

export interface SearchOptions {
  /** Rows are taken until their column `content` has so many characters in all; undefined: all. */
  mostBytes: number | undefined
  /** Whether the statement looks at few rows by their keys. Then it never waits for a turn. */
  isByKey: boolean
}

/** Connections for reads alone. */
export interface ReadConnections {
  /** Prepares a statement by keys that is used often. */
  prepare(text: string): Ask
  /** Runs a statement. One that may look at many rows delays nobody else. */
  search<Row>(
    text: string,
    values: readonly Value[],
    options: SearchOptions,
  ): TakenRows<Row> | Promise<TakenRows<Row>>
}

const readConnections = new WeakMap<object, ReadConnections>()
const conditionLimits = new WeakMap<object, <Result>(run: () => Promise<Result>) => Promise<Result>>()

/** Registers the time limit of searches inside transactions, which delay all other writes. */
export function limitConditions(
  db: Db,
  limit: <Result>(run: () => Promise<Result>) => Promise<Result>,
): void {
  conditionLimits.set(db.getExecutor().adapter, limit)
}

/** Runs a search inside of a transaction. */
export function runCondition<Result>(db: Db, run: () => Promise<Result>): Promise<Result> {
  const limit = conditionLimits.get(db.getExecutor().adapter)
  return limit ? limit(run) : run()
}

/**
 * Registers connections for reads alone. They see committed data, as every other reader does, and do not wait for a transaction
 * of this process.
 */
export function readThrough(db: Db, reader: ReadConnections): void {
  readConnections.set(db.getExecutor().adapter, reader)
}

/** These connections; undefined for a database in memory. */
export function readerOf(db: Db): ReadConnections | undefined {
  return readConnections.get(db.getExecutor().adapter)
}

/**
 * A query of the hot path, compiled once at its first use. `build` is called with placeholders, so it must not look at its
 * parameters. Every database of the process gets its own.
 */
export function preparedQuery<Row, Params extends Value[]>(
  build: (db: Db, ...params: Params) => Compilable<Row>,
): (db: Db, ...params: Params) => Promise<Row[]> {
  const compile = compiledOnce(build)
  const asks = new WeakMap<object, { ask: Ask | undefined }>()

  return async (db, ...params) => {
    currentWork()?.countStatement()
    const { query, values } = compile(db, params)
    const { adapter } = db.getExecutor()
    let known = asks.get(adapter)
    if (!known) {
      // A write needs the database's own connections, and is never repeated after a loss.
      const isRead = query.query.kind === 'SelectQueryNode'
      known = { ask: isRead ? readConnections.get(adapter)?.prepare(query.sql) : undefined }
      asks.set(adapter, known)
    }
    // Inside a transaction only its own connection sees its writes.
    if (known.ask && !db.isTransaction) return known.ask<Row>(values)
    const { rows } = await db.executeQuery<Row>({ ...query, parameters: values } as CompiledQuery<Row>)
    return rows
  }
}

/** The same for a statement that writes and is run later, together with others. */
export function preparedWrite<Params extends Value[]>(
  build: (db: Db, ...params: Params) => Compilable<unknown>,
): (db: Db, ...params: Params) => CompiledQuery {
  const compile = compiledOnce(build)
  return (db, ...params) => {
    const { query, values } = compile(db, params)
    return { ...query, parameters: values }
  }
}

export function compiledOnce<Params extends Value[]>(
  build: (db: Db, ...params: Params) => Compilable<unknown>,
) {
  const prepared = new WeakMap<object, Prepared>()

  function prepare(db: Db, params: Params): Prepared {
    const { adapter } = db.getExecutor()
    const known = prepared.get(adapter)
    if (known) return known
    const placeholders = params.map((_param, position) => new Placeholder(position)) as unknown as Params
    const query = build(db, ...placeholders).compile() as CompiledQuery
    const isDirect = query.parameters.every((each, at) => each instanceof Placeholder && each.position === at)
    const fresh = { query, isDirect }
    prepared.set(adapter, fresh)
    return fresh
  }

  return (db: Db, params: Params): { query: CompiledQuery; values: readonly Value[] } => {
    const { query, isDirect } = prepare(db, params)
    const values = isDirect
      ? params
      : query.parameters.map((each) => (each instanceof Placeholder ? params[each.position] : each))
    return { query, values: values as Value[] }
  }
}
