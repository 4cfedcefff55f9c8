import type { Compilable, CompiledQuery } from 'kysely'
import type { Db } from './store.ts'

/** Stands for a parameter while a query is compiled. */
class Placeholder {
  readonly position: number
  constructor(position: number) {
    this.position = position
  }
}

/**
 * A query of the hot path, compiled at its first use instead of at each: `build` is called once, with placeholders, so it
 * must not look at its parameters. Every database of the process gets its own.
 */
export function preparedQuery<Row, Params extends Array<string | number>>(
  build: (db: Db, ...params: Params) => Compilable<Row>,
): (db: Db, ...params: Params) => Promise<Row[]> {
  const compiled = new WeakMap<object, CompiledQuery>()
  return async (db, ...params) => {
    const executor = db.getExecutor().adapter
    let query = compiled.get(executor)
    if (!query) {
      const placeholders = params.map((_param, position) => new Placeholder(position)) as unknown as Params
      query = build(db, ...placeholders).compile() as CompiledQuery
      compiled.set(executor, query)
    }
    const values = query.parameters.map((each) =>
      each instanceof Placeholder ? params[each.position] : each,
    )
    const { rows } = await db.executeQuery<Row>({ ...query, parameters: values } as CompiledQuery<Row>)
    return rows
  }
}
