import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { Kysely, PostgresDialect } from 'kysely'
import { Client, Pool } from 'pg'
import { createModules } from '#server/app.ts'
import { createLogger } from '#server/logger.ts'
import { resolveOrigins } from '#server/origins.ts'
import { systemRandom } from '#server/secrets.ts'
import { parseDatabaseUrl, readSettings } from '#server/settings.ts'
import { migrateToLatest, migrations } from '#server/store/migrate.ts'
import { openStore } from '#server/store/store.ts'
import { startClock } from '../support/start-app.ts'
import { createTestDatabase, testServerUrl } from '../support/test-store.ts'

const released = join(import.meta.dirname, 'released')
const names = Object.keys(migrations)
const newest = names.at(-1) ?? ''

/** A database as an earlier version left it. */
function unpack(script: string, file: string): void {
  const db = new Database(file)
  db.exec(gunzipSync(readFileSync(join(released, script))).toString('utf8'))
  db.close()
}

/** The texts of all records, in an order of their own. */
async function contentsOf(store: Awaited<ReturnType<typeof openStore>>): Promise<string[]> {
  const rows = await store.db.selectFrom('record').select('content').execute()
  return rows.map(({ content }) => content).sort()
}

const skip = testServerUrl === undefined ? false : 'the file is one of SQLite'

for (const script of readdirSync(released).filter((name) => name.endsWith('.sql.gz')))
  test(`a database of ${script.replace('.sql.gz', '')} opens with all that was in it`, { skip }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'onpatient-test-'))
    const file = join(folder, 'onpatient.db')
    unpack(script, file)
    const before = new Database(file, { readonly: true })
    const texts = before.prepare('select content from record').pluck().all().sort()
    before.close()
    const settings = readSettings({ DATABASE_URL: `sqlite:${file}`, NODE_ENV: 'test' })
    const store = await openStore(settings.store)
    try {
      assert.equal(store.isNew, false)
      const kept = await contentsOf(store)
      // The practice and its provider have records of their own.
      assert.equal(kept.length, 30)
      assert.deepEqual(kept, texts)
      const modules = await createModules({
        settings,
        store,
        origins: resolveOrigins(settings, 8000, undefined),
        clock: startClock(),
        random: systemRandom,
        logger: createLogger('silent'),
        passwordCost: { memoryKib: 64, passes: 1 },
      })
      await modules.records.bringIndexUpToDate({
        pauseMs: 0,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      })
      assert.equal((await modules.records.examineIndex()).isCurrent, true)
      for (const [email, password, patients, observations] of [
        ['provider@elm.example', 'nine quiet lanterns', 1, 4],
        ['ana@lima.example', 'three green ladders', 1, 4],
      ] as const) {
        const signedIn = await modules.accounts.signIn({
          email,
          password,
          visitor: { ip: '192.0.2.1', userAgent: 'x' },
        })
        assert.equal(signedIn.kind, 'signed-in')
        const { signIn } = (await modules.accounts.findSignIn(signedIn.token)) ?? assert.fail()
        const reader = await modules.access.openForAccount(signIn)
        const count = async (type: 'Patient' | 'Observation') =>
          (await reader.list({ type, pageSize: 10, after: undefined })).count
        assert.deepEqual(
          [await count('Patient'), await count('Observation')],
          [patients, observations],
          email,
        )
      }
    } finally {
      await store.close()
      await rm(folder, { recursive: true })
    }
  })

/** A database with the tables of an early version, on the kind of database that this run is about. */
async function openEarly(): Promise<{ url: string; applied(): Promise<string[]>; drop(): Promise<void> }> {
  if (testServerUrl === undefined) {
    const folder = await mkdtemp(join(tmpdir(), 'onpatient-test-'))
    const file = join(folder, 'onpatient.db')
    unpack('schema-0009.sql.gz', file)
    return {
      url: `sqlite:${file}`,
      async applied() {
        const db = new Database(file)
        const found = db.prepare('select name from kysely_migration order by name').pluck().all() as string[]
        db.close()
        return found
      },
      drop: () => rm(folder, { recursive: true }),
    }
  }
  const { url, drop } = await createTestDatabase(testServerUrl)
  const db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool: new Pool({ connectionString: url }) }),
  })
  await migrateToLatest(db, Object.fromEntries(Object.entries(migrations).slice(0, 5)))
  await db.destroy()
  return {
    url,
    async applied() {
      const client = new Client({ connectionString: url })
      await client.connect()
      const { rows } = await client.query<{ name: string }>('select name from kysely_migration order by name')
      await client.end()
      return rows.map(({ name }) => name)
    },
    drop,
  }
}

test('a start that is killed while it migrates has changed nothing, and the next one goes on', async () => {
  const early = await openEarly()
  try {
    const before = await early.applied()
    assert.equal(before.at(-1), '0009-clients')
    const pending = names.slice(before.length)
    for (const last of [pending[0], pending[Math.floor(pending.length / 2)], newest]) {
      const script = join(import.meta.dirname, 'migrate-and-die.ts')
      const child = spawn(process.execPath, [script, early.url, last ?? ''], { stdio: 'inherit' })
      const [, signal] = await once(child, 'exit')
      assert.equal(signal, 'SIGKILL', last)
      assert.deepEqual(await early.applied(), before, last)
    }
    const setting = parseDatabaseUrl(early.url) ?? assert.fail()
    const store = await openStore(setting, { mayCreate: false })
    assert.equal(store.isNew, false)
    assert.equal((await contentsOf(store)).length, testServerUrl === undefined ? 30 : 0)
    await store.close()
    assert.deepEqual(await early.applied(), names)
  } finally {
    await early.drop()
  }
})
