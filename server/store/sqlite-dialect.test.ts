import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { readRows, sqlText } from './statement.ts'
import { openSqliteStore } from './store.ts'

test('no statement for SQLite has a bare parameter, which would be prepared anew each time', async () => {
  const { db, close } = await openSqliteStore(':memory:')
  try {
    const built = db.selectFrom('practice').select('id').where('name', '=', 'oak').limit(5).compile().sql
    const written = sql`select ${1}`.compile(db).sql
    for (const text of [built, written]) {
      assert.match(text, /\?/)
      assert.doesNotMatch(text, /(?<!\+)\?/)
    }
  } finally {
    await close()
  }
})

test('a parameter keeps its value and its type', async () => {
  const { db, close } = await openSqliteStore(':memory:')
  const values = ['', 'text', '12', '-0012', '1e3', 0, 1, -7, 0.1, 9e15, 2 ** 47 + 1]
  try {
    for (const value of values) {
      const [row] = await readRows<{ found: unknown; type: string }>(
        db,
        sqlText`select ${value} as found, typeof(${value}) as type`,
      )
      assert.deepEqual(row, { found: value, type: typeof value === 'string' ? 'text' : 'real' })
      const { rows } = await sql<{ found: unknown }>`select ${value} as found`.execute(db)
      assert.deepEqual(rows, [{ found: value }])
    }
  } finally {
    await close()
  }
})

test('a transaction for which the disk has no room says so, and leaves nothing', async () => {
  const { db, close } = await openSqliteStore(':memory:')
  const row = (name: string) => ({ name, value: 'v'.repeat(2000), created_at: 0 })
  try {
    await sql.raw('pragma max_page_count = 1').execute(db)
    const fills = db.transaction().execute(async (tx) => {
      for (let index = 0; index < 100; index++)
        await tx
          .insertInto('server_key')
          .values(row(`key-${index}`))
          .execute()
    })
    await assert.rejects(fills, { code: 'SQLITE_FULL' })
    assert.deepEqual(await db.selectFrom('server_key').select('name').execute(), [])
    await sql.raw('pragma max_page_count = 1000000').execute(db)
    await db
      .transaction()
      .execute(async (tx) => void (await tx.insertInto('server_key').values(row('next')).execute()))
    assert.equal((await db.selectFrom('server_key').select('name').execute()).length, 1)
  } finally {
    await close()
  }
})
