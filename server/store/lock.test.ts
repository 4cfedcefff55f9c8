import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lock } from './lock.ts'

/** Who gets it, in order. */
async function orderOf(names: readonly string[]): Promise<string[]> {
  const lock = new Lock()
  const order: string[] = []
  await lock.take({ isLong: false })
  const all = names.map(async (name) => {
    await lock.take({ isLong: name.startsWith('long') })
    order.push(name)
    // Longer than a turn of the microtasks.
    await new Promise((done) => setImmediate(done))
    lock.give()
  })
  lock.give()
  await Promise.all(all)
  return order
}

test('it is lent to one after the other, and short work goes before long work', async () => {
  assert.deepEqual(await orderOf(['a', 'long 1', 'b', 'long 2', 'c']), ['a', 'b', 'c', 'long 1', 'long 2'])
  const lock = new Lock()
  await lock.take({ isLong: true })
  lock.give()
  await lock.take({ isLong: true })
})

test('long work has its turn although short work never ends', async () => {
  const shorts = Array.from({ length: 50 }, (_, index) => `short ${index}`)
  const order = await orderOf(['long 1', 'long 2', ...shorts])
  assert.equal(order.indexOf('long 1'), 20)
  assert.equal(order.indexOf('long 2'), 41)
})
