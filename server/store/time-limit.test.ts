import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { OnpatientError } from '../errors.ts'
import { readLimits } from '../limits.ts'
import { isInTime, readRows, sqlText } from './statement.ts'
import { openSqliteStore } from './store.ts'

const countUpTo = (most: number) => sqlText`
  with recursive numbers(no) as (
    select 1 union all select no + 1 from numbers where no < ${most} and ${isInTime('numbers.no')})
  select count(*) as counted from numbers`

test('a statement that takes too long is stopped with words, and the next one has its whole time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-limit-'))
  const store = await openSqliteStore(join(folder, 'onpatient.db'), {
    limits: { ...readLimits({}), searchSeconds: 0.02 },
  })
  try {
    await assert.rejects(
      readRows(store.db, countUpTo(1e12)),
      (error) => error instanceof OnpatientError && error.code === 'search-too-long',
    )
    assert.deepEqual(await readRows(store.db, countUpTo(10)), [{ counted: 10 }])
    // What is done inside a transaction has no limit: it would be lost half-way.
    const inside = await store.db.transaction().execute((trx) => readRows(trx, countUpTo(100_000)))
    assert.deepEqual(inside, [{ counted: 100_000 }])
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
})
