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
