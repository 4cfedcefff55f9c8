import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type DateCondition, datePrefixes, meetsDateCondition, parseDate } from '#fhir/dates.ts'
import { whenItHappened } from '#fhir/when-it-happened.ts'
import { immunization, openSeededApi, patient } from '../apis/seeded-api.ts'

const number = (from: number, to: number, digits: number) =>
  fc.integer({ min: from, max: to }).map((value) => String(value).padStart(digits, '0'))

/** Dates of every precision, close together, so that they often touch. */
const dates = fc
  .tuple(
    number(2019, 2022, 4),
    number(1, 12, 2),
    number(1, 28, 2),
    number(0, 23, 2),
    number(0, 59, 2),
    fc.integer({ min: 1, max: 6 }),
  )
  .map(([year, month, day, hour, minute, precision]) => {
    const zone = precision === 6 ? '+05:30' : 'Z'
    const texts = [
      year,
      `${year}-${month}`,
      `${year}-${month}-${day}`,
      `${year}-${month}-${day}T${hour}:${minute}:30`,
    ]
    return precision <= 3
      ? (texts[precision - 1] ?? year)
      : `${texts[3]}${precision === 5 ? '.250' : ''}${zone}`
  })

const conditions = fc
  .record({ prefix: fc.constantFrom(...datePrefixes), date: dates })
  .map(({ prefix, date }): DateCondition => {
    const range = parseDate(date)
    assert.ok(range, date)
    return { prefix, ...range }
  })

test('the database finds by date exactly what the rules of R4 say', async () => {
  await using api = await openSeededApi()
  await api.addPractice('oak')
  const [texts = []] = fc.sample(fc.array(dates, { minLength: 120, maxLength: 120 }), { numRuns: 1, seed: 7 })
  const records = texts.map((date, index) =>
    immunization(`i${String(index).padStart(3, '0')}`, 'ada', { occurrenceDateTime: date }),
  )
  await api.write('oak', patient('ada'), ...records)
  const confinement = { patientIds: ['ada'], practiceIds: [] }
  await fc.assert(
    fc.asyncProperty(fc.array(conditions, { minLength: 1, maxLength: 3 }), async (asked) => {
      const { contents, count } = await api.records.list(confinement, {
        type: 'Immunization',
        dates: asked,
        pageSize: 1000,
      })
      const wanted = records
        .filter((record) => {
          const range = whenItHappened(record as Parameters<typeof whenItHappened>[0])
          return range !== undefined && asked.every((condition) => meetsDateCondition(range, condition))
        })
        .map(({ id }) => id)
      assert.deepEqual(
        contents.map((content) => JSON.parse(content).id),
        wanted,
      )
      assert.equal(count, wanted.length)
    }),
    { numRuns: 200, seed: 11 },
  )
})
