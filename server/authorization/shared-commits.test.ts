import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Db, openSqliteStore } from '../store/store.ts'
import { createSharedCommits } from './shared-commits.ts'

const row = (name: string) => ({ name, value: name, created_at: 0 })
const insert = (name: string) => (db: Db) =>
  db.insertInto('server_key').values(row(name)).returning('name').executeTakeFirstOrThrow()
const namesIn = async (db: Db) =>
  (await db.selectFrom('server_key').select('name').orderBy('name').execute()).map(({ name }) => name)

test('writes of the same moment are one transaction, and each is told of its own', async () => {
  const { db, close } = await openSqliteStore(':memory:')
  const commits = createSharedCommits(db)
  const transactions = new Set<Db>()
  const noting = (name: string) => (trx: Db) => {
    transactions.add(trx)
    assert.ok(trx.isTransaction)
    return insert(name)(trx)
  }
  const nothing = async () => false
  const written = await Promise.all([
    commits.run([noting('a')]),
    commits.run([noting('b'), noting('c')]),
    commits.run([nothing, noting('never')]),
  ])
  assert.deepEqual(written, [true, true, false])
  assert.equal(transactions.size, 1)
  await commits.run([insert('d')])
  assert.deepEqual(await namesIn(db), ['a', 'b', 'c', 'd'])
  await close()
})

test('a write that fails leaves nothing of its own, and takes no other with it', async () => {
  const { db, close } = await openSqliteStore(':memory:')
  const commits = createSharedCommits(db)
  await commits.run([insert('there')])
  const outcomes = await Promise.allSettled([
    commits.run([insert('a')]),
    commits.run([insert('half'), insert('there')]),
    commits.run([insert('b'), insert('c')]),
  ])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  assert.deepEqual(await namesIn(db), ['a', 'b', 'c', 'there'])
  await close()
})

test('when the database cannot serve, nobody is told that his write is there, and nobody waits', async () => {
  const { db, close } = await openSqliteStore(':memory:')
  const commits = createSharedCommits(db)
  let tries = 0
  const full = async (): Promise<never> => {
    tries += 1
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
  }
  const outcomes = await Promise.allSettled([
    commits.run([insert('a')]),
    commits.run([insert('half'), full]),
    commits.run([insert('b')]),
  ])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  )
  assert.equal(tries, 1)
  assert.deepEqual(await namesIn(db), [])
  await close()
})

test('of several that use up the same row, one succeeds and writes what depends on it', async () => {
  const { db, close } = await openSqliteStore(':memory:')
  const commits = createSharedCommits(db)
  await commits.run([insert('once')])
  const use = async (trx: Db) => {
    const used = await trx
      .updateTable('server_key')
      .set({ value: 'used' })
      .where('name', '=', 'once')
      .where('value', '=', 'once')
      .returning('name')
      .executeTakeFirst()
    return used !== undefined
  }
  const used = await Promise.all(
    Array.from({ length: 10 }, (_, index) => commits.run([use, insert(`token-${index}`)])),
  )
  assert.equal(used.filter(Boolean).length, 1)
  assert.equal((await namesIn(db)).length, 2)
  await close()
})
