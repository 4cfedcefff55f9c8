import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import Database from 'better-sqlite3'
import { sql } from 'kysely'
import { Client } from 'pg'
import type { StoreSetting } from '#server/settings.ts'
import { copyDatabase } from '#server/store/copy/copy-database.ts'
import { NewerDatabaseError, OlderDatabaseError, UnfinishedCopyError } from '#server/store/migrate.ts'
import { openPostgresStore } from '#server/store/postgres.ts'
import { openSqliteStore, type Store } from '#server/store/store.ts'
import { openCommandLine } from '../cli/run-onpatient.ts'
import { createTestDatabase, runOnServer, testServerUrl } from '../support/test-store.ts'

interface Places extends AsyncDisposable {
  /** A SQLite file with content, and its setting. */
  file: string
  sqlite: StoreSetting
  otherSqlite: StoreSetting
  /** An empty database. */
  url: string
  postgres: StoreSetting
}

/** What text, numbers and flags can hold. PostgreSQL has no text with the character 0, which has a test of its own. */
const texts = ['', ' ', '\\N', '\\', 'a\tb\nc\rd', '"quoted", \'too\'', '\\t', 'déjà vu 👩‍⚕️', 'null', '0']
const numbers = [0, -0.5, 1e-300, 1.7976931348623157e308, 5e-324, 120.1, Infinity, -Infinity, 3]

async function prepare(rows = 50): Promise<Places> {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-copy-'))
  const file = join(folder, 'source.db')
  const { url, drop } = await createTestDatabase(testServerUrl ?? '')
  const store = await openSqliteStore(file)
  await fill(store, rows)
  await store.close()
  return {
    file,
    url,
    sqlite: { kind: 'sqlite', file },
    otherSqlite: { kind: 'sqlite', file: join(folder, 'other.db') },
    postgres: { kind: 'postgres', url },
    async [Symbol.asyncDispose]() {
      await drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function fill({ db }: Store, rows: number): Promise<void> {
  const created_at = 1_790_000_000_123
  await db
    .insertInto('practice')
    .values({ id: 'prac_1', name: 'Elm', kind: 'practice', organization_id: 'o', created_at })
    .execute()
  await db.insertInto('practice_patient').values({ practice_id: 'prac_1', patient_id: 'ana' }).execute()
  const shared = {
    patient_id: 'ana',
    type: 'Observation',
    version_id: 1,
    practice_id: 'prac_1',
    compartments: 1,
  }
  for (let index = 0; index < rows; index++)
    await db
      .insertInto('record')
      .values({
        ...shared,
        id: `o${index}`,
        last_updated: created_at + index,
        date_start: index % 2 === 0 ? null : -62_135_596_800_000,
        date_end: index % 2 === 0 ? null : Number.MAX_SAFE_INTEGER,
        content: texts[index % texts.length] ?? '',
      })
      .execute()
  await db
    .insertInto('record_range')
    .values(
      numbers.map((low, index) => ({
        ...{ patient_id: 'ana', parameter: 281_474_976_710_655, record_no: index + 1 },
        ...{ low, high: low, unit: texts[index] ?? '' },
      })),
    )
    .execute()
  await db.insertInto('search_index').values({ version: 1 }).execute()
}

/** Makes a source of many small rows, quickly. */
function addCitations(file: string, count: number, sourceType = 'Observation'): void {
  const db = new Database(file)
  db.prepare(
    `insert into record_citation with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
     select 'ana', 'Practitioner', 'p' || (i % 7), ?, 'o' || i from n`,
  ).run(count, sourceType)
  db.close()
}

async function readAll({ db }: Store) {
  return {
    practices: await db.selectFrom('practice').selectAll().execute(),
    records: await db.selectFrom('record').selectAll().orderBy('id').execute(),
    ranges: await db.selectFrom('record_range').selectAll().orderBy('record_no').execute(),
    index: await db.selectFrom('search_index').selectAll().execute(),
  }
}

async function open(setting: StoreSetting): Promise<Store> {
  return setting.kind === 'sqlite' ? openSqliteStore(setting.file) : openPostgresStore(setting.url)
}

async function readOnce(setting: StoreSetting) {
  const store = await open(setting)
  try {
    return await readAll(store)
  } finally {
    await store.close()
  }
}

const skip = testServerUrl ? false : 'ONPATIENT_TEST_POSTGRES names no server'

describe('moving to another database', { skip }, () => {
  test('every row arrives as it was, on PostgreSQL and back on SQLite, and both are databases like any other', async () => {
    await using places = await prepare()
    const { sqlite, postgres, otherSqlite } = places
    const before = await readOnce(sqlite)
    const there = await copyDatabase({ from: sqlite, to: postgres })
    assert.deepEqual(
      there.tables.filter(({ isSame }) => !isSame),
      [],
    )
    assert.equal(there.laterWrites, undefined)
    assert.equal(there.tables.find(({ name }) => name === 'record')?.targetRows, before.records.length)
    assert.deepEqual(await readOnce(postgres), before)
    const back = await copyDatabase({ from: postgres, to: otherSqlite })
    assert.ok(back.tables.every(({ isSame }) => isSame))
    assert.deepEqual(await readOnce(otherSqlite), before)
  })

  test('records that are written later get numbers of their own', async () => {
    await using places = await prepare()
    for (const [from, to] of [
      [places.sqlite, places.postgres],
      [places.postgres, places.otherSqlite],
    ] as const) {
      await copyDatabase({ from, to })
      const store = await open(to)
      const { no: last } = await store.db
        .selectFrom('record')
        .select((eb) => eb.fn.max('no').as('no'))
        .executeTakeFirstOrThrow()
      const { no, ...row } = await store.db
        .selectFrom('record')
        .selectAll()
        .orderBy('no')
        .limit(1)
        .executeTakeFirstOrThrow()
      const id = `later-${to.kind}`
      await store.db
        .insertInto('record')
        .values({ ...row, id })
        .execute()
      const added = await store.db
        .selectFrom('record')
        .select('no')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      assert.ok(no < added.no && Number(added.no) === Number(last) + 1)
      await store.close()
    }
  })

  test('text with the character 0, which PostgreSQL has not, arrives with another in its place', async () => {
    await using places = await prepare()
    const { file, sqlite, postgres } = places
    const db = new Database(file)
    db.prepare("update record set content = ? where id = 'o0'").run('a\0b')
    db.close()
    const { tables } = await copyDatabase({ from: sqlite, to: postgres })
    assert.ok(tables.every(({ isSame }) => isSame))
    const { records } = await readOnce(postgres)
    assert.equal(records.find(({ id }) => id === 'o0')?.content, 'a\u{fffd}b')
  })

  test('a target that holds something is refused, and is left as it was', async () => {
    await using places = await prepare()
    const { sqlite, postgres, url } = places
    const store = await openPostgresStore(url)
    await store.db.insertInto('search_index').values({ version: 9 }).execute()
    await assert.rejects(copyDatabase({ from: sqlite, to: postgres }), {
      code: 'invalid-parameter',
      field: '--to',
      message: /not empty: its table search_index has a row\. Create an empty database/,
    })
    assert.deepEqual((await readAll(store)).records, [])
    await store.close()
    await assert.rejects(copyDatabase({ from: sqlite, to: sqlite }), /names the database that DATABASE_URL/)
  })

  test("another program's database is refused before anything is created in it", async () => {
    await using places = await prepare()
    const { sqlite, postgres, url } = places
    await runOnServer(url, 'create table invoice (id text)')
    await assert.rejects(copyDatabase({ from: sqlite, to: postgres }), /tables of another program/)
    // Would fail if there were more tables in the way.
    await runOnServer(url, 'drop table invoice')
    await copyDatabase({ from: sqlite, to: postgres })
  })

  test('a source or target of another version is refused', async () => {
    await using places = await prepare()
    const { file, url, sqlite, postgres } = places
    const store = await openPostgresStore(url)
    await sql`delete from kysely_migration where name like '0002%'`.execute(store.db)
    await store.close()
    await assert.rejects(copyDatabase({ from: sqlite, to: postgres }), OlderDatabaseError)
    const db = new Database(file)
    db.exec("insert into kysely_migration (name, timestamp) values ('9999-later', '')")
    db.close()
    await assert.rejects(copyDatabase({ from: sqlite, to: postgres }), NewerDatabaseError)
  })

  test('a database that is not there is said, and not created', async () => {
    await using places = await prepare()
    const missing: StoreSetting = { kind: 'sqlite', file: `${places.file}-missing` }
    await assert.rejects(copyDatabase({ from: missing, to: places.postgres }), { code: 'not-found' })
    await assert.rejects(copyDatabase({ from: missing, to: places.postgres }), { code: 'not-found' })
  })

  test('rows that the target changed are found, and it is not released for use', async () => {
    await using places = await prepare()
    const { sqlite, postgres, url } = places
    await (await openPostgresStore(url)).close()
    await runOnServer(
      url,
      `create function spoil() returns trigger language plpgsql as
         $$ begin if new.id = 'o7' then new.content := new.content || '!'; end if; return new; end $$`,
    )
    await runOnServer(
      url,
      'create trigger spoil before insert on record for each row execute function spoil()',
    )
    const { tables } = await copyDatabase({ from: sqlite, to: postgres })
    assert.deepEqual(
      tables.filter(({ isSame }) => !isSame),
      [{ name: 'record', sourceRows: 50, targetRows: 50, isSame: false }],
    )
    await assert.rejects(openPostgresStore(url), UnfinishedCopyError)
  })

  test('of two runs into the same target one works and the other is informed', async () => {
    await using places = await prepare()
    const { file, sqlite, postgres, url } = places
    addCitations(file, 20_000)
    await (await openPostgresStore(url)).close()
    const outcomes = await Promise.allSettled([1, 2].map(() => copyDatabase({ from: sqlite, to: postgres })))
    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
    const refused = outcomes.find(({ status }) => status === 'rejected')
    assert.match(String((refused as PromiseRejectedResult).reason), /Another program uses the target/)
  })

  test('what a server writes to the source meanwhile is not copied, and is said; the next run copies all', async () => {
    await using places = await prepare()
    const { file, sqlite, postgres, url } = places
    addCitations(file, 10_000)
    let hasWritten = false
    const first = await copyDatabase({
      from: sqlite,
      to: postgres,
      onProgress: () => {
        if (!hasWritten) addCitations(file, 5, 'Encounter')
        hasWritten = true
      },
    })
    const citations = (outcome: typeof first) =>
      outcome.tables.find(({ name }) => name === 'record_citation')?.targetRows
    assert.equal(citations(first), 10_000)
    assert.match(first.laterWrites ?? '', /another process has written/)
    await assert.rejects(openPostgresStore(url), UnfinishedCopyError)
    const second = await copyDatabase({ from: sqlite, to: postgres })
    assert.equal(second.beganAnew, true)
    assert.equal(citations(second), 10_005)
    assert.equal(second.laterWrites, undefined)
    await (await openPostgresStore(url)).close()
  })

  test('a copy from PostgreSQL goes on after the source has changed', async () => {
    await using places = await prepare()
    const { sqlite, postgres, otherSqlite } = places
    await copyDatabase({ from: sqlite, to: postgres })
    const server = await openPostgresStore(places.url)
    // It connects when it is asked something.
    await server.db.selectFrom('record').select('id').limit(1).execute()
    const first = await copyDatabase({ from: postgres, to: otherSqlite })
    assert.match(first.laterWrites ?? '', /a server is connected/)
    await server.db.updateTable('record').set({ content: '{"id":"changed"}' }).execute()
    await server.close()
    const second = await copyDatabase({ from: postgres, to: otherSqlite })
    assert.equal(second.beganAnew, true)
    assert.ok(second.tables.every(({ isSame }) => isSame))
    assert.equal(second.laterWrites, undefined)
  })

  test('a copy that was killed goes on where it stopped; until then no server starts on the target', async () => {
    await using places = await prepare()
    const { file, url } = places
    addCitations(file, 300_000)
    await using cli = await openCommandLine({ DATABASE_URL: `sqlite:${file}` })
    const child = cli.start('migrate', '--to', url)
    const copied = await waitForRows(url, 20_000)
    child.kill('SIGKILL')
    await once(child, 'exit')
    assert.ok(copied < 300_000, 'it was killed in the middle')
    await assert.rejects(openPostgresStore(url), /Run that command again/)
    const again = await cli.run('migrate', '--to', url, '--json')
    assert.equal(again.code, 0, again.stderr)
    const { ok, rowsFromBefore, tables } = JSON.parse(again.stdout)
    assert.equal(ok, true)
    assert.ok(rowsFromBefore >= copied)
    assert.doesNotMatch(again.stdout, /for-tests/, 'the password is not shown')
    const citations = tables.find(({ name }: { name: string }) => name === 'record_citation')
    assert.equal(citations.targetRows, 300_000)
    await (await openPostgresStore(url)).close()
  })
})

/** Waits until another process has copied so many rows of the largest table; gives how many it were. */
async function waitForRows(url: string, wanted: number): Promise<number> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    for (;;) {
      const { rows } = await client
        .query<{ rows: string }>("select rows from copy_progress where name = 'record_citation'")
        .catch(() => ({ rows: [] }))
      const count = Number(rows[0]?.rows ?? 0)
      if (count >= wanted) return count
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  } finally {
    await client.end()
  }
}
