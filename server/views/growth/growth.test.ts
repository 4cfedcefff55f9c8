import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { testDataFolder } from '../../../test/support/test-data.ts'
import { daysInMonth, type GrowthMeasure, referenceAt, type Sex } from './growth-references.ts'
import { percentileLines, percentileOf, valueAtZScore, zScoreOf } from './lms.ts'

/** https://www.cdc.gov/growthcharts/percentile_data_files.htm: a boy of 9.5 months and 9.7 kg lies at 0.207, the 58th percentile. */
test('a z-score as in the published example', () => {
  const z = zScoreOf(9.7, { l: -0.1600954, m: 9.476500305, s: 0.11218624 })
  assert.equal(z.toFixed(3), '0.207')
  assert.equal(Math.round(percentileOf(z)), 58)
})

test('a value and its z-score lead to each other, also where L is 0', () => {
  for (const l of [-2.01, -0.16, 0, 0.3487, 1])
    for (const z of [-3, -1.880794, 0, 0.67449, 3]) {
      const reference = { l, m: 12.3, s: 0.11 }
      assert(Math.abs(zScoreOf(valueAtZScore(z, reference), reference) - z) < 1e-9, `${l} ${z}`)
    }
})

test('percentiles of the normal distribution', () => {
  for (const [percentile, z] of percentileLines)
    assert(Math.abs(percentileOf(z) - percentile) < 0.001, String(percentile))
  assert(Math.abs(percentileOf(-2) - 2.27501) < 0.0001)
  assert(Math.abs(percentileOf(3) - 99.86501) < 0.0001)
})

const published: Array<[GrowthMeasure, Sex, days: number, z: number, value: number, within: number]> = [
  // WHO child growth standards, medians and percentile tables.
  ['weight', 'male', 0, 0, 3.3464, 0.0001],
  ['weight', 'female', 365, 0, 8.9462, 0.001],
  ['weight', 'male', 0, -1.880794, 2.5, 0.06],
  ['weight', 'male', 0, 1.880794, 4.3, 0.06],
  ['height', 'female', 0, 0, 49.1477, 0.0001],
  ['height', 'male', 365, 0, 75.7, 0.1],
  ['head', 'male', 0, 0, 34.4618, 0.0001],
  // CDC growth charts of 2000.
  ['bmi', 'male', 24 * daysInMonth, 0, 16.575, 0.001],
  ['bmi', 'male', 24 * daysInMonth, 1.644854, 19.338, 0.01],
  ['height', 'male', 240 * daysInMonth, 0, 176.849, 0.001],
  ['height', 'female', 240 * daysInMonth, 0, 163.338, 0.01],
  ['weight', 'male', 24 * daysInMonth, 0, 12.671, 0.01],
]

for (const [measure, sex, days, z, value, within] of published)
  test(`a published percentile: ${measure}, ${sex}, ${days} days, z ${z}`, () => {
    const reference = referenceAt(measure, sex, days)
    assert(reference)
    const found = valueAtZScore(z, reference)
    assert(Math.abs(found - value) <= within, `${found} is not ${value}`)
  })

test('there is a reference at each age of the charts, and none outside', () => {
  const charts: Array<[GrowthMeasure, from: number, to: number]> = [
    ['weight', 0, 240],
    ['height', 0, 240],
    ['bmi', 24, 240],
    ['head', 0, 36],
  ]
  for (const sex of ['male', 'female'] as const)
    for (const [measure, from, to] of charts) {
      for (let month = from; month <= to; month += 0.25)
        assert(referenceAt(measure, sex, month * daysInMonth), `${measure} ${sex} ${month}`)
      assert.equal(referenceAt(measure, sex, (from - 0.1) * daysInMonth), undefined)
      assert.equal(referenceAt(measure, sex, (to + 2) * daysInMonth), undefined)
    }
})

test('the file stays small', () => {
  assert(statSync(join(import.meta.dirname, 'growth-references.json')).size < 120_000)
})

const folder = join(testDataFolder(), 'growth')

test('between the rows of the file the tables of WHO and CDC are met', {
  skip: !existsSync(folder) && 'the tables are not here',
}, () => {
  const names: Record<string, GrowthMeasure> = {
    weight: 'weight',
    length: 'height',
    height: 'height',
    bmi: 'bmi',
    head_circumference: 'head',
  }
  const rows = (name: string) =>
    readFileSync(join(folder, name), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(','))
  const wanted = [
    ...rows('who-0-24-months.csv')
      .filter(([measure, , , by]) => by === 'age_days' && measure !== 'bmi')
      .map(([measure = '', , sex, , day, l, m, s]) => ({ measure, sex, days: Number(day), l, m, s })),
    ...rows('cdc-2000.csv')
      .filter(
        ([measure, , , age]) => measure !== 'length' && measure !== 'weight_infant' && Number(age) >= 24,
      )
      .map(([measure = '', , sex, age, l, m, s]) => ({
        measure,
        sex,
        days: Number(age) * daysInMonth,
        l,
        m,
        s,
      })),
  ]
  assert(wanted.length > 5000)
  for (const { measure, sex, days, l, m, s } of wanted) {
    const found = referenceAt(names[measure] as GrowthMeasure, sex as Sex, days)
    // The last half month of BMI lies beyond twenty years.
    if (days > 240 * daysInMonth) continue
    assert(found, `${measure} ${sex} ${days}`)
    const expected = { l: Number(l), m: Number(m), s: Number(s) }
    for (const z of [-2, 0, 2]) {
      const [is, should] = [valueAtZScore(z, found), valueAtZScore(z, expected)]
      assert(Math.abs(is / should - 1) < 0.001, `${measure} ${sex} ${days}: ${is} is not ${should}`)
    }
  }
})
