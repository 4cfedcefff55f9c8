import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { OnpatientError } from '../../errors.ts'
import { openSqliteStore } from '../store.ts'
import type { Store } from '../store-interface.ts'
import { TimeLimitError } from '../time-limit.ts'
import { createSearchThreads } from './search-threads.ts'

let folder: string
let file: string
let store: Store
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onpatient-threads-'))
  file = join(folder, 'onpatient.db')
  store = await openSqliteStore(file)
})
after(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const nobodyLeaves = () => () => undefined
const count = (most: number) => ({
  text: `with recursive numbers(no) as (
    select 1 union all select no + 1 from numbers where no < ? and is_in_time(no))
    select count(*) as counted from numbers`,
  values: [most],
  mostBytes: undefined,
})

test('a long search runs in a thread while this process goes on, and ends at its limit', async () => {
  const threads = createSearchThreads(file)
  try {
    const stop = { limitMs: 10_000, onGone: nobodyLeaves }
    assert.deepEqual(await threads.run(count(10), stop), { rows: [{ counted: 10 }], isCut: false })
    let turns = 0
    const turning = setInterval(() => turns++, 1)
    await assert.rejects(threads.run(count(1e12), { ...stop, limitMs: 100 }), TimeLimitError)
    clearInterval(turning)
    assert.ok(turns > 5, `the process stood still: ${turns}`)
    await assert.rejects(
      threads.run({ ...count(1), text: 'select 1 from nowhere where 1 = ?' }, stop),
      /no such table/,
    )
    assert.deepEqual((await threads.run(count(3), stop)).rows, [{ counted: 3 }])
  } finally {
    await threads.close()
  }
})

test('a search is stopped when nobody waits for it any more, and the thread takes the next', async () => {
  const threads = createSearchThreads(file)
  try {
    let leave: () => void = () => undefined
    const running = threads.run(count(1e12), {
      limitMs: 60_000,
      onGone(call) {
        leave = call
        return () => undefined
      },
    })
    leave()
    await assert.rejects(running, TimeLimitError)
    assert.deepEqual((await threads.run(count(2), { limitMs: 1000, onGone: nobodyLeaves })).rows, [
      { counted: 2 },
    ])
  } finally {
    await threads.close()
  }
})

test('a page of a thread ends where its records fill it', async () => {
  const threads = createSearchThreads(file)
  try {
    const pages = {
      text: "select value as no, '0123456789' as content from json_each('[1,2,3,4,5]')",
      values: [],
      mostBytes: 25,
    }
    const { rows, isCut } = await threads.run(pages, { limitMs: 1000, onGone: nobodyLeaves })
    assert.deepEqual([rows.length, isCut], [2, true])
  } finally {
    await threads.close()
  }
})

test('a thread that dies answers its request with 503, and another one takes its place', async () => {
  const script = `import { parentPort } from 'node:worker_threads'
    parentPort.on('message', ({ values }) => {
      if (values[0] === 0) process.exit(1)
      if (values[0] === 1) throw new Error('broken')
      parentPort.postMessage({ taken: { rows: values, isCut: false } })
    })`
  const threads = createSearchThreads(file, new URL(`data:text/javascript,${encodeURIComponent(script)}`))
  try {
    const stop = { limitMs: 1000, onGone: nobodyLeaves }
    for (const dying of [0, 1])
      await assert.rejects(
        threads.run({ text: '', values: [dying], mostBytes: undefined }, stop),
        (error) => error instanceof OnpatientError && error.code === 'store-unavailable',
      )
    assert.deepEqual((await threads.run({ text: '', values: [7], mostBytes: undefined }, stop)).rows, [7])
  } finally {
    await threads.close()
  }
})
