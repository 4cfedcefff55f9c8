import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import type { Limits } from '#server/limits.ts'
import { openPostgresStore } from '#server/store/postgres.ts'
import { openSqliteStore, type Store } from '#server/store/store.ts'
import { findTemplate } from './test-template.ts'

/** The address of a PostgreSQL server on which tests may create databases; without it they run on SQLite. */
export const testServerUrl = process.env.ONPATIENT_TEST_POSTGRES || undefined

/**
 * An empty database of the kind that this run is about, gone when it is closed: SQLite in memory (or in the file given),
 * or a database of its own on the PostgreSQL server of ONPATIENT_TEST_POSTGRES.
 */
export async function openTestStore({
  file = ':memory:',
  limits,
}: {
  file?: string
  limits?: Limits
} = {}): Promise<Store & { url: string }> {
  const options = limits ? { limits } : {}
  if (testServerUrl === undefined) return { ...(await openSqliteStore(file, options)), url: `sqlite:${file}` }
  const { url, drop } = await createTestDatabase(testServerUrl, await findTemplate(testServerUrl))
  const store = await openPostgresStore(url, options)
  return {
    ...store,
    // The copy of the template has every table, but nobody has ever used it.
    isNew: true,
    url,
    async close() {
      await store.close()
      await drop()
    },
  }
}

/** An empty database on a PostgreSQL server, which several stores may open. */
export async function createTestDatabase(
  serverUrl: string,
  template = 'template0',
): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `onpatient_test_${randomBytes(8).toString('hex')}`
  await runOnServer(serverUrl, `create database ${name} template ${template} encoding 'UTF8'`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => runOnServer(serverUrl, `drop database ${name} with (force)`) }
}

export async function runOnServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
