import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  datePrefixes,
  earliestTime,
  latestTime,
  meetsDateCondition,
  parseDate,
  parseDateCondition,
  parsePeriod,
  parseTiming,
} from './dates.ts'

const range = (start: string, end: string) => ({ start: Date.parse(start), end: Date.parse(end) })

test('a date covers all that it could mean', () => {
  const cases: Array<[string, string, string]> = [
    ['2024', '2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    ['2024-02', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['2024-12', '2024-12-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['2024-02-29T10:15', '2024-02-29T10:15:00Z', '2024-02-29T10:16:00Z'],
    ['2024-02-29T10:15:30Z', '2024-02-29T10:15:30Z', '2024-02-29T10:15:31Z'],
    ['2024-02-29T10:15:30.250Z', '2024-02-29T10:15:30.250Z', '2024-02-29T10:15:30.251Z'],
    ['2024-02-29T10:15:30+02:00', '2024-02-29T08:15:30Z', '2024-02-29T08:15:31Z'],
    ['2024-01-01T00:30:00+14:00', '2023-12-31T10:30:00Z', '2023-12-31T10:30:01Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:59Z', '2017-01-01T00:00:00Z'],
  ]
  for (const [text, start, end] of cases) assert.deepEqual(parseDate(text), range(start, end), text)
})

test('the first centuries are not read as the twentieth', () => {
  assert.equal(new Date(parseDate('0050')?.start ?? 0).getUTCFullYear(), 50)
})

test('what is no date is none', () => {
  const texts = [
    ...[
      '',
      '24',
      '2024-13',
      '2024-00',
      '2024-02-30',
      '2023-02-29',
      '2024-1-1',
      '0000',
      '2024-01-01T24:00:00Z',
    ],
    ...[
      '2024-01-01T10',
      '2024-01-01T10:60Z',
      '2024-01-01 10:00',
      '2024-01-01T10:00:00+15:00',
      ' 2024',
      '2024Z',
    ],
  ]
  for (const text of [...texts, null, undefined, 2024, {}, ['2024']]) assert.equal(parseDate(text), undefined)
})

test('an open end of a Period reaches as far as time does, and an upside-down Period is none', () => {
  assert.deepEqual(parsePeriod({ start: '2024' }), {
    start: Date.parse('2024-01-01T00:00:00Z'),
    end: latestTime,
  })
  assert.deepEqual(parsePeriod({ end: '2024' }), {
    start: earliestTime,
    end: Date.parse('2025-01-01T00:00:00Z'),
  })
  assert.equal(parsePeriod({}), undefined)
  assert.equal(parsePeriod({ start: '2025', end: '2024' }), undefined)
})

test('a Timing lasts from its first event or bound to its last', () => {
  assert.deepEqual(
    parseTiming({ event: ['2024-05-02', '2024-05-01', 'never'] }),
    range('2024-05-01T00:00:00Z', '2024-05-03T00:00:00Z'),
  )
  assert.deepEqual(
    parseTiming({ repeat: { boundsPeriod: { start: '2024-05-01', end: '2024-05-02' } } }),
    range('2024-05-01T00:00:00Z', '2024-05-03T00:00:00Z'),
  )
  assert.deepEqual(
    parseTiming({
      event: ['2024-05-03'],
      repeat: { boundsPeriod: { start: '2024-05-01', end: '2024-05-02' } },
    }),
    { start: Date.UTC(2024, 4, 1), end: Date.UTC(2024, 4, 4) },
  )
  assert.equal(parseTiming({}), undefined)
})

const someRange = fc
  .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 20 }))
  .map(([start, length]) => ({ start, end: start + length }))

test('prefixes on ranges are what R4 says, moment by moment', () => {
  /** Straight from the sentences of https://hl7.org/fhir/R4/search.html#prefix on sets of moments. */
  fc.assert(
    fc.property(someRange, someRange, (record, asked) => {
      const meets = (prefix: (typeof datePrefixes)[number]) =>
        meetsDateCondition(record, { prefix, ...asked })
      const moments = Array.from({ length: record.end - record.start }, (_, index) => record.start + index)
      const isInside = moments.every((each) => each >= asked.start && each < asked.end)
      assert.equal(meets('eq'), isInside)
      assert.equal(meets('ne'), !isInside)
      assert.equal(
        meets('gt'),
        moments.some((each) => each >= asked.end),
      )
      assert.equal(
        meets('lt'),
        moments.some((each) => each < asked.start),
      )
      assert.equal(
        meets('sa'),
        moments.every((each) => each >= asked.end),
      )
      assert.equal(
        meets('eb'),
        moments.every((each) => each < asked.start),
      )
      if (meets('eq') || meets('gt')) assert.ok(meets('ge'))
      if (meets('eq') || meets('lt')) assert.ok(meets('le'))
    }),
  )
})

test('a condition without a prefix means equal, and a prefix without a date is none', () => {
  assert.equal(parseDateCondition('2024')?.prefix, 'eq')
  for (const prefix of datePrefixes) assert.equal(parseDateCondition(`${prefix}2024-05`)?.prefix, prefix)
  for (const text of ['ge', 'xx2024', 'ge ge2024', 'ap2024'])
    assert.equal(parseDateCondition(text), undefined)
})
