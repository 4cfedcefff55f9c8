import { sql } from 'kysely'
import type { TestApp } from '../support/start-app.ts'

/** How many rows each table has: what a failed request must not change. */
export async function countRows(app: TestApp): Promise<Record<string, number>> {
  const tables = [
    'account',
    'sign_in',
    'mail_link',
    'grant',
    'access_token',
    'record',
    'record_version',
  ] as const
  const counts: Record<string, number> = {}
  for (const table of tables) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(
      app.store.db,
    )
    counts[table] = rows[0]?.n ?? -1
  }
  return counts
}
