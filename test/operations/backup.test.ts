import assert from 'node:assert/strict'
import { closeSync, openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { openSqliteStore } from '#server/store/store.ts'
import { openCommandLine } from '../cli/run-onpatient.ts'

/** A command line whose database has so many records. */
async function prepare(records = 20) {
  const cli = await openCommandLine()
  const database = join(cli.folder, 'onpatient.db')
  await (await openSqliteStore(database)).close()
  addRecords(database, 0, records)
  return {
    cli,
    database,
    backup: join(cli.folder, 'backup.db'),
    [Symbol.asyncDispose]: cli[Symbol.asyncDispose],
  }
}

function addRecords(database: string, from: number, count: number): void {
  const db = new Database(database)
  const insert = db.prepare(
    `insert into record (patient_id, type, id, version_id, last_updated, practice_id, compartments, content)
     values ('ana', 'Observation', ?, 1, 1, 'prac', 1, ?)`,
  )
  db.transaction(() => {
    for (let index = from; index < from + count; index++) insert.run(`o${index}`, 'x'.repeat(2000))
  })()
  db.close()
}

function listIds(database: string): string[] {
  const db = new Database(database, { readonly: true })
  try {
    return db.prepare('select id from record order by id').pluck().all() as string[]
  } finally {
    db.close()
  }
}

for (const suffix of ['', '.gz'])
  test(`a backup${suffix && ' that is compressed'} brings back what was there`, async () => {
    await using places = await prepare()
    const { cli, database } = places
    const file = `${places.backup}${suffix}`
    const before = listIds(database)
    const made = await cli.run('backup', file, '--json')
    assert.equal(made.code, 0, made.stderr)
    assert.equal(JSON.parse(made.stdout).records, 20)
    // Medical records: nobody else on the machine may read them.
    assert.equal(statSync(file).mode & 0o777, 0o600)
    addRecords(database, 100, 5)
    const refused = await cli.run('restore', file)
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /--force/)
    assert.equal(listIds(database).length, 25)
    const restored = await cli.run('restore', file, '--force', '--json')
    assert.equal(restored.code, 0, restored.stderr)
    assert.deepEqual(listIds(database), before)
    assert.equal(listIds(JSON.parse(restored.stdout).keptAs).length, 25)
    await (await openSqliteStore(database)).close()
  })

test('a backup is taken while others write, and is of one moment', async () => {
  await using places = await prepare(5000)
  const { cli, database, backup } = places
  const making = cli.run('backup', backup)
  let written = 5000
  let isDone = false
  void making.then(() => {
    isDone = true
  })
  // Pairs in one transaction: a backup that has one without the other is not of one moment.
  while (!isDone) {
    addRecords(database, written, 2)
    written += 2
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  const { code, stderr } = await making
  assert.equal(code, 0, stderr)
  const kept = listIds(backup)
  assert.equal(kept.length % 2, 0)
  assert.ok(kept.length >= 5000 && kept.length < written)
})

test('a name that is taken is not overwritten, and nothing is left beside it', async () => {
  await using places = await prepare()
  const { cli, backup } = places
  writeFileSync(backup, 'mine')
  const { code, stderr } = await cli.run('backup', backup)
  assert.equal(code, 1)
  assert.match(stderr, /exists already/)
  assert.equal(readFileSync(backup, 'utf8'), 'mine')
  assert.deepEqual(
    (await readdir(cli.folder)).filter((name) => name.includes('.part')),
    [],
  )
})

test('a damaged backup, another file or none is refused, and the database stays', async () => {
  await using places = await prepare(200)
  const { cli, database, backup } = places
  await cli.run('backup', backup)
  const spoil = openSync(backup, 'r+')
  writeSync(spoil, Buffer.alloc(8192, 7), 0, 8192, 40_960)
  closeSync(spoil)
  const half = join(cli.folder, 'half.gz')
  await cli.run('backup', half)
  truncateSync(half, Math.floor(statSync(half).size / 2))
  const text = join(cli.folder, 'text.db')
  writeFileSync(text, 'not a database at all, though long enough to look at')
  const other = join(cli.folder, 'other.db')
  new Database(other).exec('create table invoice (id text)').close()
  const before = listIds(database)
  for (const [file, reason] of [
    [backup, /damaged/],
    [half, /damaged/],
    [text, /not a SQLite database/],
    [other, /not one of onpatient/],
    [join(cli.folder, 'none.db'), /There is no file/],
  ] as const) {
    const { code, stderr } = await cli.run('restore', file, '--force')
    assert.equal(code, 1, file)
    assert.match(stderr, reason)
    assert.deepEqual(listIds(database), before)
  }
})

test('the database of a running server is not replaced', async () => {
  await using places = await prepare()
  const { cli, database, backup } = places
  await cli.run('backup', backup)
  const server = await openSqliteStore(database)
  try {
    const { code, stderr } = await cli.run('restore', backup, '--force')
    assert.equal(code, 1)
    assert.match(stderr, /Stop the server/)
  } finally {
    await server.close()
  }
})

test('PostgreSQL is backed up by its own tool: without it the command is informed, and never the password', async () => {
  const DATABASE_URL = 'postgres://onpatient:secret@127.0.0.1:1/records?connect_timeout=2'
  await using cli = await openCommandLine({ DATABASE_URL, PATH: '/nowhere' })
  const { code, stdout } = await cli.run('backup', 'records.dump')
  assert.equal(code, 2)
  assert.match(stdout, /pg_dump .*127\.0\.0\.1:1\/records/)
  assert.doesNotMatch(stdout, /secret/)
  await using here = await openCommandLine({ DATABASE_URL })
  const away = await here.run('backup', 'records.dump')
  assert.notEqual(away.code, 0)
  assert.doesNotMatch(`${away.stdout}${away.stderr}`, /secret/)
  assert.deepEqual(await readdir(here.folder), [])
})
