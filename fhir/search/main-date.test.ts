import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { indexValuesOf } from './index-values.ts'
import { findMainDate, mainDateOf, noMainDate } from './main-date.ts'

const mainDate = (resource: object) => {
  const { resourceType } = resource as Resource
  return findMainDate(resourceType, indexValuesOf(resource as Resource))
}

test('types are sorted by the date that US Core searches them by', () => {
  assert.equal(mainDateOf('Observation'), 'date')
  assert.equal(mainDateOf('MedicationRequest'), 'authoredon')
  assert.equal(mainDateOf('Condition'), 'onset-date')
  assert.equal(mainDateOf('Goal'), 'start-date')
  assert.equal(mainDateOf('Location'), undefined)
})

test('one date is the range that it covers', () => {
  assert.deepEqual(mainDate({ resourceType: 'Observation', effectiveDateTime: '2020-02-03' }), {
    low: Date.parse('2020-02-03'),
    high: Date.parse('2020-02-04'),
    dates: 1,
  })
})

test('no date and several dates are distinguished from one', () => {
  assert.equal(mainDate({ resourceType: 'Observation' }), noMainDate)
  assert.equal(mainDate({ resourceType: 'Location' }), noMainDate)
  const [first, second] = ['2020-02-03', '2021-02-03'].flatMap((effectiveDateTime) =>
    indexValuesOf({ resourceType: 'Observation', effectiveDateTime } as Resource).filter(
      ({ kind }) => kind === 'range',
    ),
  )
  assert.ok(first && second)
  assert.deepEqual(findMainDate('Observation', [second, first]), {
    low: Date.parse('2020-02-03'),
    high: Date.parse('2021-02-04'),
    dates: 2,
  })
})
