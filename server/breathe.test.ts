import assert from 'node:assert/strict'
import { test } from 'node:test'
import { breathe } from './breathe.ts'

function work(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('long work lets one piece of work go on in each turn, whoever holds a lock first', async () => {
  const order: string[] = []
  const long = async (name: string, pieces: number, holdsLock = false) => {
    for (let piece = 0; piece < pieces; piece++) {
      work(6)
      await breathe({ holdsLock })
      order.push(name)
    }
  }
  let turns = 0
  const count = () => {
    turns += 1
    if (!isOver) setImmediate(count)
  }
  let isOver = false
  setImmediate(count)
  await Promise.all([long('a', 3), long('b', 3), long('locked', 3, true)])
  isOver = true
  assert.deepEqual(order.slice(0, 3), ['locked', 'locked', 'locked'])
  assert.equal(order.length, 9)
  // Between two pieces everybody else had a turn.
  assert.ok(turns >= 8, String(turns))
})

test('short work goes on at once', async () => {
  await new Promise((done) => setTimeout(done, 0))
  work(6)
  await breathe()
  assert.equal(breathe(), undefined)
})
