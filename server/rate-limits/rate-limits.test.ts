import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OnpatientError } from '../errors.ts'
import { limitRows, readLimits } from '../limits.ts'
import { createRateLimits } from './rate-limits.ts'
import type { Counted, SharedCount } from './rate-limits-interface.ts'

const seconds = limitRows.tokenRequests.windowSeconds

function open(env: Record<string, string> = {}) {
  const time = { ticks: 1000 }
  const limits = readLimits({ MAX_REQUESTS_PER_TOKEN: '300', MAX_REQUESTS_PER_PRACTICE: '400', ...env })
  const rateLimits = createRateLimits({ limits, clock: { ticks: () => time.ticks } })
  return { time, rateLimits }
}

const token = (subject: string): Counted => ({ limit: 'tokenRequests', subject })
const practice: Counted = { limit: 'practiceRequests', subject: 'prac_1' }

test('all of a limit may be used at once, and one more is refused with the seconds to wait', () => {
  const { rateLimits, time } = open()
  for (let left = 299; left >= 0; left--) {
    const standing = rateLimits.count([token('a')])
    assert.deepEqual([standing.isRefused, standing.remaining], [false, left])
  }
  const reported: string[] = []
  const ask = () =>
    rateLimits.assert([token('a')], (each) => reported.push(rateLimits.fieldsOf(each).ratelimit ?? ''))
  assert.throws(ask, (error) => {
    assert.ok(error instanceof OnpatientError && error.code === 'too-many-requests')
    assert.match(error.message, /at most 300 requests in 5 minutes\. Wait 3 seconds/)
    assert.equal(error.retryAfterSeconds, 3)
    return true
  })
  assert.deepEqual(reported, [`"token";r=0;t=${seconds}`])
  time.ticks += 3000
  assert.doesNotThrow(ask)
})

test('another subject is not concerned', () => {
  const { rateLimits } = open()
  rateLimits.count([token('a')], 300)
  assert.equal(rateLimits.count([token('a')]).isRefused, true)
  assert.equal(rateLimits.count([token('b')]).isRefused, false)
})

test('it comes back evenly, and all of it after its period', () => {
  const { rateLimits, time } = open()
  rateLimits.count([token('a')], 300)
  time.ticks += (seconds * 1000) / 2
  assert.equal(rateLimits.count([token('a')]).remaining, 149)
  time.ticks += seconds * 1000
  assert.equal(rateLimits.count([token('a')]).remaining, 299)
})

test('what is refused by a narrow limit uses up nothing of a wide one', () => {
  const { rateLimits } = open()
  for (let asked = 0; asked < 1000; asked++) rateLimits.count([token('hostile'), practice])
  assert.equal(rateLimits.count([practice]).remaining, 99)
  const standing = rateLimits.count([token('other'), practice], 99)
  assert.deepEqual([standing.limit, standing.isRefused], ['tokenRequests', false])
  assert.equal(rateLimits.count([token('other'), practice]).limit, 'practiceRequests')
})

test('a clock that goes back gives nothing and takes nothing', () => {
  const { rateLimits, time } = open()
  assert.equal(rateLimits.count([token('a')]).remaining, 299)
  time.ticks -= 1_000_000
  assert.equal(rateLimits.count([token('a')]).remaining, 298)
})

test('two that share their counts let in one limit together, but for a hundredth of it', () => {
  const one = open({ MAX_REQUESTS_PER_TOKEN: '1000' })
  const two = open({ MAX_REQUESTS_PER_TOKEN: '1000' })
  const sent: SharedCount[] = []
  for (const [from, to] of [
    [one, two],
    [two, one],
  ] as const)
    from.rateLimits.shareWith((shared) => {
      sent.push(shared)
      to.rateLimits.receive(shared)
    })
  let allowed = 0
  for (let asked = 0; asked < 1500; asked++)
    for (const { rateLimits } of [one, two]) if (!rateLimits.count([token('a')]).isRefused) allowed++
  assert.ok(allowed >= 1000 && allowed <= 1010, `${allowed}`)
  assert.ok(sent.length <= 101, `${sent.length} messages`)
})

test('what others send is looked at before it is counted', () => {
  const { rateLimits } = open()
  for (const odd of [
    null,
    'x',
    [],
    ['tokenRequests', 'a'],
    ['tokenRequests', 'a', 'x'],
    ['tokenRequests', 'a', -5],
    ['none', 'a', 5],
    ['tokenRequests', 'a', Number.NaN],
  ])
    rateLimits.receive(odd)
  assert.equal(rateLimits.count([token('a')]).remaining, 299)
  rateLimits.receive(['tokenRequests', 'a', 1e9])
  assert.equal(rateLimits.count([token('a')]).resetSeconds, 2 * seconds)
})

test('a stream of ever new subjects takes no more memory than its share', () => {
  const { rateLimits } = open()
  rateLimits.count([token('first')], 300)
  for (let at = 0; at < 19_999; at++) rateLimits.count([token(`s${at}`)])
  assert.equal(rateLimits.count([token('first')]).isRefused, true)
  rateLimits.count([token('one more')])
  assert.equal(rateLimits.count([token('first')]).isRefused, false)
})
