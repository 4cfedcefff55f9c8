import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OnpatientError } from '../../errors.ts'
import { readLimits } from '../../limits.ts'
import { RequestWork } from '../../request-work.ts'
import { Turns } from './turns.ts'

/** The work of a request of somebody; `leave` is what happens when its client leaves. */
function workOf(holder: string) {
  const calls = new Set<() => void>()
  let isGone = false
  const work = new RequestWork({
    limits: readLimits({}),
    ticks: () => 0,
    isGone: () => isGone,
    onGone(call) {
      calls.add(call)
      return () => void calls.delete(call)
    },
  })
  work.holder = holder
  const leave = () => {
    isGone = true
    for (const call of calls) call()
  }
  return { work, leave, watched: () => calls.size }
}

/** A job that ends on demand. */
function openJob() {
  const ended = Promise.withResolvers<string>()
  const begun = Promise.withResolvers<void>()
  return {
    begun: begun.promise,
    end: (answer: string) => ended.resolve(answer),
    job: () => {
      begun.resolve()
      return ended.promise
    },
  }
}

const settle = () => new Promise((done) => setImmediate(done))

test('few run at once, one of each holder, and the holders come one after the other', async () => {
  const turns = new Turns({ atOnce: 2, perHolder: 10, limitMs: 1000 })
  const order: string[] = []
  const ends: Array<() => void> = []
  const ask = (holder: string, name: string) =>
    turns.run(workOf(holder).work, () => {
      order.push(name)
      return new Promise<void>((done) => ends.push(() => done()))
    })
  const all = [
    ask('greedy', 'g1'),
    ask('greedy', 'g2'),
    ask('greedy', 'g3'),
    ask('ana', 'a1'),
    ask('bob', 'b1'),
  ]
  await settle()
  assert.deepEqual(order, ['g1', 'a1'])
  for (const expected of [['b1'], ['g2'], [], ['g3'], []]) {
    const before = order.length
    ends.shift()?.()
    await settle()
    assert.deepEqual(order.slice(before), expected)
  }
  await Promise.all(all)
})

test('a caller with too many waiting jobs gets a refusal; a job that fails gives its turn on', async () => {
  const turns = new Turns({ atOnce: 1, perHolder: 2, limitMs: 1000 })
  const first = openJob()
  const running = turns.run(workOf('ana').work, first.job)
  const second = turns.run(workOf('ana').work, async () => {
    throw new Error('broken')
  })
  await assert.rejects(
    turns.run(workOf('ana').work, async () => 'third'),
    (error) =>
      error instanceof OnpatientError &&
      error.code === 'too-many-requests' &&
      error.retryAfterSeconds !== undefined &&
      /MAX_LONG_SEARCHES_PER_TOKEN/.test(error.message),
  )
  first.end('first')
  assert.equal(await running, 'first')
  await assert.rejects(second, /broken/)
  assert.equal(await turns.run(workOf('ana').work, async () => 'again'), 'again')
})

test('who leaves while waiting gives the place free, and is watched no more afterwards', async () => {
  const turns = new Turns({ atOnce: 1, perHolder: 5, limitMs: 1000 })
  const first = openJob()
  const running = turns.run(workOf('ana').work, first.job)
  const bob = workOf('bob')
  const waiting = turns.run(bob.work, async () => 'never')
  assert.equal(turns.isBusy(bob.work), true)
  bob.leave()
  await assert.rejects(waiting, /client has left/)
  assert.equal(turns.isBusy(bob.work), false, 'nothing is kept of who has left')
  const cyd = workOf('cyd')
  const next = turns.run(cyd.work, async () => 'cyd')
  first.end('done')
  assert.deepEqual(await Promise.all([running, next]), ['done', 'cyd'])
  assert.equal(cyd.watched(), 0)
})

test('a job has the time of the search or what is left of its request, whichever is less', async () => {
  const { work } = workOf('ana')
  const limitOf = (limitMs: number) =>
    new Turns({ atOnce: 1, perHolder: 1, limitMs }).run(work, async (stop) => stop.limitMs)
  assert.equal(await limitOf(500), 500)
  assert.equal(await limitOf(10_000_000), readLimits({}).requestSeconds * 1000)
})

test('a search whose request has no time left while it waits is refused at once, and not begun', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const turns = new Turns({ atOnce: 1, perHolder: 10, limitMs: 1000 })
  const first = openJob()
  const running = turns.run(workOf('greedy').work, first.job)
  await first.begun
  let isBegun = false
  const { work, watched } = workOf('ana')
  const waiting = turns.run(work, async () => {
    isBegun = true
  })
  t.mock.timers.tick(work.remainingMs)
  await assert.rejects(
    waiting,
    (error) => error instanceof OnpatientError && error.code === 'request-too-long',
  )
  assert.equal(watched(), 0)
  first.end('done')
  await running
  assert.equal(isBegun, false)
})
