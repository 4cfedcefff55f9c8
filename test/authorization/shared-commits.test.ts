import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { createSharedCommits } from '#server/authorization/engine/shared-commits.ts'
import { openPostgresStore } from '#server/store/postgres.ts'
import type { Db, Store } from '#server/store/store.ts'
import { isSqlite } from '#server/store/transaction.ts'
import { openTestStore, runOnServer, testServerUrl } from '../support/test-store.ts'

/** Rows of a table that has no references: their names say what they are for. */
const insert = (db: Db, name: string, value = name) =>
  db.insertInto('server_key').values({ name, value, created_at: 0 }).compile()
const usingUp = (db: Db, name: string) =>
  db
    .updateTable('server_key')
    .set({ value: 'used' })
    .where('name', '=', name)
    .where('value', '<>', 'used')
    .returning('name')
    .compile()

describe('writes of the same moment', () => {
  let store: Store & { url: string }
  let db: Db
  let commits: ReturnType<typeof createSharedCommits>
  beforeEach(async () => {
    store = await openTestStore()
    db = store.db
    commits = createSharedCommits(db)
  })
  afterEach(() => store.close())

  const add = (...names: string[]) =>
    commits.run({ take: undefined, statements: names.map((name) => insert(db, name)) })
  const spendAndAdd = (used: string, ...names: string[]) =>
    commits.run({ take: usingUp(db, used), statements: names.map((name) => insert(db, name)) })
  const namesThere = async () =>
    (await db.selectFrom('server_key').select('name').orderBy('name').execute()).map(({ name }) => name)

  test('are one transaction, and each gets its own outcome', async () => {
    await add('once')
    const transactions = mock.method(db, 'transaction')
    const written = await Promise.all([
      add('a'),
      spendAndAdd('once', 'b', 'c'),
      spendAndAdd('nothing', 'never'),
    ])
    assert.deepEqual(written, [true, true, false])
    assert.deepEqual(await namesThere(), ['a', 'b', 'c', 'once'])
    if (isSqlite(db)) return assert.equal(transactions.mock.callCount(), 1)
    const { rows } = await sql`select distinct xmin from server_key`.execute(db)
    assert.equal(rows.length, 1)
  })

  test('that come while others are written are written next', async () => {
    const first = add('a')
    await new Promise(setImmediate)
    assert.deepEqual(await Promise.all([first, add('b'), add('c')]), [true, true, true])
    assert.deepEqual(await namesThere(), ['a', 'b', 'c'])
  })

  test('take no other with them when one fails, which leaves nothing of its own', async () => {
    await add('there')
    for (const round of ['1', '2']) {
      const outcomes = await Promise.allSettled([
        add(`a${round}`),
        add(`half${round}`, 'there'),
        spendAndAdd('there', 'there'),
        add(`b${round}`, `c${round}`),
      ])
      assert.deepEqual(
        outcomes.map(({ status }) => status),
        ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
      )
    }
    assert.deepEqual(await namesThere(), ['a1', 'a2', 'b1', 'b2', 'c1', 'c2', 'there'])
    assert.equal(await spendAndAdd('there', 'later'), true, 'it was not used')
  })

  test('that use up the same row: one succeeds and writes what depends on it', async () => {
    await add('once')
    const used = await Promise.all(
      Array.from({ length: 10 }, (_, index) => spendAndAdd('once', `token-${index}`)),
    )
    assert.equal(used.filter(Boolean).length, 1)
    assert.equal((await namesThere()).length, 2)
  })

  test('are refused when the disk is full: nobody gets an answer for a write that is not there, and nobody waits', async (t) => {
    if (!isSqlite(db)) return t.skip('PostgreSQL has a connection of its own for it')
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
    const transactions = mock.method(db, 'transaction', () => ({ execute: () => Promise.reject(full) }))
    const outcomes = await Promise.allSettled([add('a'), add('b'), add('c')])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    )
    assert.equal(transactions.mock.callCount(), 1)
    assert.deepEqual(await namesThere(), [])
  })

  describe('on PostgreSQL', {
    skip: testServerUrl === undefined && 'it is about several connections',
  }, () => {
    test('do not wait for one whose row somebody holds, and that one is written later', async () => {
      await add('held', 'free')
      const free = Promise.withResolvers<void>()
      const holding = Promise.withResolvers<void>()
      const holder = db.transaction().execute(async (trx) => {
        await sql`select * from server_key where name = 'held' for update`.execute(trx)
        holding.resolve()
        await free.promise
      })
      await holding.promise
      let isWritten = false
      const waiting = spendAndAdd('held', 'a').then((taken) => {
        isWritten = taken
      })
      assert.deepEqual(await Promise.all([spendAndAdd('free', 'b'), add('c')]), [true, true])
      assert.equal(isWritten, false)
      free.resolve()
      await Promise.all([holder, waiting])
      assert.equal(isWritten, true)
      assert.deepEqual(await namesThere(), ['a', 'b', 'c', 'free', 'held'])
    })

    test('of two processes that lock the same rows in the opposite order are each decided once', async () => {
      const other = await openPostgresStore(store.url)
      try {
        const elsewhere = createSharedCommits(other.db)
        await add('x', 'y')
        const [left, right] = await Promise.all([
          Promise.all([spendAndAdd('x', 'x1'), spendAndAdd('y', 'y1')]),
          Promise.all(
            ['y', 'x'].map((name) =>
              elsewhere.run({ take: usingUp(db, name), statements: [insert(db, `${name}2`)] }),
            ),
          ),
        ])
        assert.notEqual(left[0], right[1], 'x once')
        assert.notEqual(left[1], right[0], 'y once')
        assert.equal((await namesThere()).length, 4)
      } finally {
        await other.close()
      }
    })

    test('are written although every connection has died meanwhile', async () => {
      await add('a')
      for (const name of ['b', 'c']) {
        await runOnServer(
          store.url,
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
        )
        // With and without the process knowing of it.
        if (name === 'c') await sleep(100)
        assert.equal(await add(name), true)
      }
      assert.deepEqual(await namesThere(), ['a', 'b', 'c'])
    })
  })
})
