import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { parseDate } from './dates.ts'
import { hasDate, whenItHappened } from './when-it-happened.ts'

const happened = (resourceType: string, elements: object) =>
  whenItHappened({ resourceType, ...elements } as unknown as Resource)

test('of several elements the first that can be read counts', () => {
  const both = { effectiveDateTime: '2024-01', issued: '2024-03-01T00:00:00Z' }
  assert.deepEqual(happened('DiagnosticReport', both), parseDate('2024-01'))
  assert.deepEqual(
    happened('DiagnosticReport', { ...both, effectiveDateTime: 'soon' }),
    parseDate('2024-03-01T00:00:00Z'),
  )
})

test('periods, timings and elements inside others are found', () => {
  assert.deepEqual(
    happened('Encounter', { period: { start: '2024-01-01', end: '2024-01-01' } }),
    parseDate('2024-01-01'),
  )
  assert.deepEqual(
    happened('Observation', { effectiveTiming: { event: ['2024-05-01'] } }),
    parseDate('2024-05-01'),
  )
  assert.deepEqual(
    happened('Specimen', { collection: { collectedDateTime: '2024-06' } }),
    parseDate('2024-06'),
  )
})

test('what says nothing of a time has none, and odd values are no failure', () => {
  assert.equal(happened('Observation', {}), undefined)
  assert.equal(happened('Patient', { birthDate: '2000' }), undefined)
  for (const odd of [null, 5, [], {}, { start: 5 }, 'x', { event: 'x' }, { repeat: null }])
    assert.equal(happened('Observation', { effectivePeriod: odd, effectiveTiming: odd }), undefined)
  assert.equal(happened('Specimen', { collection: 'x' }), undefined)
  assert.deepEqual([hasDate('Observation'), hasDate('Patient')], [true, false])
})
