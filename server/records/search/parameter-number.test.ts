import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memberships } from '#fhir/compartment/about-the-patient.ts'
import { parametersOf } from '#fhir/search/parameters.ts'
import { parameterNumber } from './parameter-number.ts'

test('no two parameters share a number', () => {
  const names = [...memberships.keys()].flatMap((type) =>
    parametersOf(type).flatMap(({ code }) =>
      ['', ':text', ':identifier', ':of-type'].map((suffix) => [type, `${code}${suffix}`] as const),
    ),
  )
  assert.ok(names.length > 4000)
  const numbers = new Set(names.map(([type, param]) => parameterNumber(type, param)))
  assert.equal(numbers.size, names.length)
})

test('a number is the same for ever: rows of stored indexes are found by it', () => {
  assert.equal(parameterNumber('Observation', 'code').toString(16), '1dceed170865')
  assert.ok(Number.isSafeInteger(parameterNumber('Patient', 'name')))
})
