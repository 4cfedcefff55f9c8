import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { preparedQuery } from './prepared-query.ts'
import { openSqliteStore } from './store.ts'

const practice = (id: string) => ({
  id,
  name: id,
  kind: 'practice' as const,
  organization_id: 'o',
  created_at: 0,
})

const named = preparedQuery((db, id: string) => db.selectFrom('practice').select('name').where('id', '=', id))

test('a prepared query sees what is committed and nothing else, except what its own transaction wrote', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-prepared-'))
  const store = await openSqliteStore(join(folder, 'onpatient.db'))
  const { db } = store
  try {
    assert.deepEqual(await named(db, 'oak'), [])
    await db.insertInto('practice').values(practice('oak')).execute()
    assert.deepEqual(await named(db, 'oak'), [{ name: 'oak' }])
    await db.transaction().execute(async (trx) => {
      await trx.insertInto('practice').values(practice('elm')).execute()
      assert.deepEqual(await named(trx, 'elm'), [{ name: 'elm' }])
      assert.deepEqual(await named(db, 'elm'), [])
    })
    assert.deepEqual(await named(db, 'elm'), [{ name: 'elm' }])
  } finally {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
})
