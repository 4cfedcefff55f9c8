import { sql, type Transaction } from 'kysely'
import type { Schema } from '../store/schema/schema.ts'
import { isSqlite } from '../store/transaction.ts'

/**
 * Numbers for new rows of `record`, in order. They are taken before the rows are written, so that the database need not return
 * them. `kept`: the numbers of rows that were removed and come back in this transaction.
 */
export async function takeNumbers(
  trx: Transaction<Schema>,
  count: number,
  kept: readonly number[],
): Promise<number[]> {
  if (count === 0) return []
  if (!isSqlite(trx)) {
    const { rows } = await sql<{
      no: number
    }>`select nextval(pg_get_serial_sequence('record', 'no')) as no from generate_series(1, ${count}::integer)`.execute(
      trx,
    )
    return rows.map(({ no }) => no)
  }
  // SQLite itself numbers rows in this way. No other transaction writes meanwhile.
  const highest = await trx
    .selectFrom('record')
    .select(({ fn }) => fn.max('no').as('no'))
    .executeTakeFirst()
  const last = kept.reduce((most, no) => Math.max(most, no), highest?.no ?? 0)
  return Array.from({ length: count }, (_, index) => last + 1 + index)
}
