import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { indexValuesOf } from './index-values.ts'

const observation = (fields: object) => ({ resourceType: 'Observation', ...fields })
const coding = { system: 'http://loinc.org', code: '8480-6', display: 'Systolic BP' }

function unitsOf(valueQuantity: object): [string, number][] {
  return indexValuesOf(observation({ valueQuantity }) as Resource).flatMap((row) =>
    row.kind === 'range' && row.param === 'value-quantity' ? [[row.unit, row.low] as [string, number]] : [],
  )
}
const ucum = 'http://unitsofmeasure.org'
const quantities: [string, object, [string, number][]][] = [
  [
    'milligrams are grams',
    { value: 500, system: ucum, code: 'mg', unit: 'mg' },
    [
      ['', 500],
      ['g', 0.5],
    ],
  ],
  [
    'a unit written for people',
    { value: 500, unit: 'mg' },
    [
      ['', 500],
      ['|g', 0.5],
    ],
  ],
  [
    'a unit that UCUM code and text name differently',
    { value: 60, system: ucum, code: '/min', unit: 'beats/minute' },
    [
      ['', 60],
      ['/s', 1],
      ['beats/minute', 60],
    ],
  ],
  [
    'a unit that is not known',
    { value: 3, system: ucum, code: '{score}', unit: '{score}' },
    [
      ['', 3],
      [`${ucum}|{score}`, 3],
      ['{score}', 3],
    ],
  ],
  [
    'a unit of another system',
    { value: 2, system: 'http://a.example', code: 'mg' },
    [
      ['', 2],
      ['http://a.example|mg', 2],
      ['|g', 0.002],
    ],
  ],
  ['no unit', { value: 2 }, [['', 2]]],
  ['no value', { unit: 'mg' }, []],
]
for (const [title, quantity, expected] of quantities)
  test(`rows of a quantity: ${title}`, () => assert.deepEqual(unitsOf(quantity), expected))

test('a number is found as it is, so its range holds no other number', () => {
  const [row] = indexValuesOf(observation({ valueQuantity: { value: 100 } }) as Resource).filter(
    ({ param }) => param === 'value-quantity',
  )
  assert.ok(row?.kind === 'range' && row.low === 100 && row.high > 100 && row.high < 100.000001)
})

test('less than five could be any number below', () => {
  const [row] = indexValuesOf(
    observation({ valueQuantity: { value: 5, comparator: '<' } }) as Resource,
  ).filter(({ param }) => param === 'value-quantity')
  assert.ok(row?.kind === 'range' && row.low === -Number.MAX_VALUE && row.high >= 5)
})

test('a Range goes from its low to its high', () => {
  const condition = {
    resourceType: 'Condition',
    onsetRange: { low: { value: 1, unit: 'a' }, high: { value: 2, unit: 'a' } },
  }
  const [row] = indexValuesOf(condition as Resource).filter(({ param }) => param === 'onset-age')
  assert.ok(row?.kind === 'range' && row.low === 1 && row.high >= 2)
})

test('an amount of money is found by its currency', () => {
  const invoice = { resourceType: 'Invoice', totalGross: { value: 12, currency: 'USD' } }
  const units = indexValuesOf(invoice as Resource).map((row) => (row.kind === 'range' ? row.unit : ''))
  assert.deepEqual(units, ['', 'urn:iso:std:iso:4217|USD', 'USD'])
})

test('blood pressure: composites join the code and the value of the same component', () => {
  const component = [
    { code: { coding: [coding] }, valueQuantity: { value: 120, unit: 'mmHg', system: ucum, code: 'mm[Hg]' } },
    { code: { coding: [{ code: 'other' }] }, valueQuantity: { value: 80 } },
  ]
  const rows = indexValuesOf(observation({ component }) as Resource).filter(
    (row) => row.param === 'component-code-value-quantity' && row.kind === 'range',
  )
  assert.deepEqual(
    rows.map((row) => row.kind === 'range' && `${row.unit} ${row.low}`),
    [
      '8480-6$ 120',
      '8480-6$Pa 15998.64',
      'http://loinc.org|8480-6$ 120',
      'http://loinc.org|8480-6$Pa 15998.64',
      'other$ 80',
      '|other$ 80',
    ],
  )
})

test('SampledData goes from its lowest to its highest sample, in the unit of its origin', () => {
  const rangeOf = (samples: object) =>
    indexValuesOf(observation({ valueSampledData: samples }) as Resource).flatMap((row) =>
      row.kind === 'range' && row.param === 'value-quantity' ? [[row.unit, row.low, row.high]] : [],
    )
  const origin = { value: 10, unit: 'mV', system: ucum, code: 'mV' }
  const [alone, inVolts] = rangeOf({ origin, factor: 2, data: '-3 0 E 5' })
  assert.deepEqual(alone?.slice(0, 2), ['', 4])
  assert.ok(Number(alone?.[2]) >= 20 && Number(alone?.[2]) < 20.000001)
  assert.deepEqual(inVolts?.slice(0, 2), ['V', 0.004])
  assert.deepEqual(rangeOf({ origin, data: '1 L', lowerLimit: -7 })[0]?.[1], -7)
  assert.deepEqual(rangeOf({ origin, data: '1 U' })[0]?.[2], Number.MAX_VALUE)
  assert.deepEqual(rangeOf({ origin, data: 'E E' }), [])
})
