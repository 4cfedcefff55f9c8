import type { CompiledQuery, QueryExecutor } from 'kysely'
import { RequestWork } from '#server/request-work.ts'
import type { Db } from '#server/store/store.ts'

/** Runs something that nothing else runs beside; the texts of all statements it asked, in order, without their values. Reads beside a transaction are a word each. */
export async function recordStatements<Result>(
  db: Db,
  run: () => Promise<Result>,
): Promise<{ result: Result; statements: string[] }> {
  const statements: string[] = []
  const executor = Object.getPrototypeOf(Object.getPrototypeOf(db.getExecutor())) as QueryExecutor
  const { executeQuery } = executor
  const { countStatement } = RequestWork.prototype
  executor.executeQuery = function recording<Row>(this: QueryExecutor, compiled: CompiledQuery<Row>) {
    statements.push(withoutLists(compiled.sql))
    return executeQuery.call(this, compiled) as ReturnType<typeof executeQuery<Row>>
  }
  RequestWork.prototype.countStatement = function recording(this: RequestWork) {
    statements.push('read')
    countStatement.call(this)
  }
  try {
    return { result: await run(), statements }
  } finally {
    executor.executeQuery = executeQuery
    RequestWork.prototype.countStatement = countStatement
  }
}

/** How many values a list has is no work of its own. */
function withoutLists(statement: string): string {
  return statement.replaceAll(/\+?\?|\$\d+/g, '?').replaceAll(/\(\?(?:, \?)*\)(?:, \(\?(?:, \?)*\))*/g, '(…)')
}
