import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { openPostgresStore } from '#server/store/postgres.ts'

/** Any number, the same in every test process. */
const templateLock = 471_108_2299

let template: Promise<string> | undefined

/**
 * The name of a database that has every migration and no row: a copy of it is made in a fraction of the time that the migrations take. The
 * first process of a run makes it.
 */
export function findTemplate(serverUrl: string): Promise<string> {
  template ??= makeTemplate(serverUrl)
  return template
}

async function makeTemplate(serverUrl: string): Promise<string> {
  const name = `onpatient_template_${hashMigrations()}`
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [templateLock])
    const found = await client.query('select datistemplate from pg_database where datname = $1', [name])
    if (found.rows[0]?.datistemplate === true) return name
    // One that is there and is no template yet was left by a process that died.
    await client.query(`drop database if exists ${name} with (force)`)
    await client.query(`create database ${name} template template0 encoding 'UTF8'`)
    const url = new URL(serverUrl)
    url.pathname = `/${name}`
    await (await openPostgresStore(url.href)).close()
    await client.query(`alter database ${name} is_template true`)
    return name
  } finally {
    await client.end()
  }
}

function hashMigrations(): string {
  const hash = createHash('sha256')
  const folder = join(import.meta.dirname, '../../server/store/migrations')
  for (const file of globSync('*.ts', { cwd: folder }).sort()) hash.update(readFileSync(join(folder, file)))
  return hash.digest('hex').slice(0, 16)
}

/** Takes the templates of all versions away from a server that goes on. */
export async function dropTemplates(serverUrl: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ datname: string }>(
      "select datname from pg_database where datname like 'onpatient\\_template\\_%'",
    )
    for (const { datname } of rows) {
      await client.query(`alter database ${datname} is_template false`)
      await client.query(`drop database ${datname} with (force)`)
    }
  } finally {
    await client.end()
  }
}
