import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWriteQueue } from './write-queue.ts'

const none: ReadonlySet<string> = new Set()

test('a write begins when the one before has ended, and what is reported meanwhile comes after its result', async () => {
  const queue = createWriteQueue()
  const first = Promise.withResolvers<string>()
  const reported: string[] = []
  queue.afterwards(() => reported.push('before'))
  await queue.add(
    none,
    () => first.promise,
    (result) => reported.push(result),
  )
  queue.afterwards(() => reported.push('meanwhile'))
  let hasBegun = false
  const second = queue.add(
    none,
    async () => {
      hasBegun = true
      return 'second'
    },
    (result) => reported.push(result),
  )
  await Promise.resolve()
  assert.equal(hasBegun, false)
  assert.deepEqual(reported, ['before'])
  first.resolve('first')
  await second
  await queue.settled()
  queue.afterwards(() => reported.push('after'))
  assert.deepEqual(reported, ['before', 'first', 'meanwhile', 'second', 'after'])
})

test('who looks for a type waits for a write of that type alone', async () => {
  const queue = createWriteQueue()
  const write = Promise.withResolvers<void>()
  let isWritten = false
  await queue.add(
    new Set(['Organization']),
    () => write.promise,
    () => {
      isWritten = true
    },
  )
  await queue.settled('Practitioner')
  assert.equal(isWritten, false)
  const looking = queue.settled('Organization').then(() => assert.equal(isWritten, true))
  write.resolve()
  await looking
})

test('what a write throws, or who hears of it, ends the import at its next step', async () => {
  const failing = createWriteQueue()
  const fail = async () => {
    throw new Error('the disk is full')
  }
  await failing.add(none, fail, () => assert.fail('nothing was written'))
  failing.afterwards(() => assert.fail('nothing is reported after it'))
  await assert.rejects(failing.settled('Patient'), /disk is full/)
  await assert.rejects(
    failing.add(
      none,
      async () => assert.fail('nothing is begun after it'),
      () => undefined,
    ),
    /disk is full/,
  )

  const unheard = createWriteQueue()
  await unheard.add(
    none,
    async () => undefined,
    () => {
      throw new Error('the report cannot be written')
    },
  )
  await assert.rejects(unheard.settled(), /report/)
})
