import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { openPostgresStore } from '#server/store/postgres.ts'
import { openSqliteStore, type Store } from '#server/store/store.ts'
import { createTestDatabase, testServerUrl } from '../support/test-store.ts'

/** A database of the kind that this run is about, which outlives the processes that have it open. */
export async function createDatabase() {
  if (testServerUrl !== undefined) {
    const { url, drop } = await createTestDatabase(testServerUrl)
    return { url, open: () => openPostgresStore(url), [Symbol.asyncDispose]: drop }
  }
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-kill-'))
  const file = join(folder, 'onpatient.db')
  return {
    url: `sqlite:${file}`,
    open: () => openSqliteStore(file),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

/** How many rows every table has. */
export async function countAllRows({ db }: Store): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { name } of await db.introspection.getTables()) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(name)}`.execute(db)
    counts[name] = rows[0]?.n ?? -1
  }
  return counts
}
