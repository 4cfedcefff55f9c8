import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Resource } from 'fhir/r4'
import { indexValuesOf } from '#fhir/search/index-values.ts'
import { parseSearch } from '#fhir/search/parse-search.ts'
import { searchRecords } from '#server/records/search/search-records.ts'
import { openSeededApi, patient } from '../apis/seeded-api.ts'
import { rowsMatch } from './match-rows.ts'

const confinement = { patientIds: ['ada'], practiceIds: [] }
const laboratory = 'http://terminology.hl7.org/CodeSystem/observation-category'

/** Dates of every precision, close together, so that they often touch. */
const dates = fc.constantFrom(
  ...['2019', '2020', '2021', '2020-01', '2020-02', '2020-12', '2020-02-01', '2020-02-29', '2021-01-01'],
  ...[
    '2020-02-01T00:00:00Z',
    '2020-02-01T00:00:00.250Z',
    '2020-12-31T23:59:59Z',
    '2020-12-31T23:30:00-05:30',
  ],
)

/** No date, one, or several. */
const effective = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 4, arbitrary: dates.map((effectiveDateTime) => ({ effectiveDateTime })) },
  {
    weight: 4,
    arbitrary: fc
      .uniqueArray(dates, { minLength: 2, maxLength: 4 })
      .map((event) => ({ effectiveTiming: { event } })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ start: dates, end: dates }, { requiredKeys: [] })
      .map((effectivePeriod) => ({ effectivePeriod })),
  },
)

const asked = fc
  .array(fc.tuple(fc.constantFrom('', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'), dates), {
    minLength: 1,
    maxLength: 2,
  })
  .map((values) => values.map(([prefix, date]) => `${prefix}${date}`).join(','))

test('a search led by a code, or by the patient alone, finds by date what the rows of each record say', async () => {
  await using api = await openSeededApi()
  await api.addPractice('oak')
  const [found = []] = fc.sample(fc.array(effective, { minLength: 150, maxLength: 150 }), {
    numRuns: 1,
    seed: 5,
  })
  const records = found.map((when, index) => ({
    resourceType: 'Observation',
    id: `o${String(index).padStart(3, '0')}`,
    status: 'final',
    category: [{ coding: [{ system: laboratory, code: 'laboratory' }] }],
    code: { text: 'something' },
    subject: { reference: 'Patient/ada' },
    ...when,
  })) as Resource[]
  await api.write('oak', patient('ada'), ...records)
  const rows = records.map((record) => ({ id: record.id, values: indexValuesOf(record) }))
  await fc.assert(
    fc.asyncProperty(
      fc.array(asked, { minLength: 1, maxLength: 2 }),
      fc.boolean(),
      async (texts, hasCode) => {
        const pairs = texts.map((text): [string, string] => ['date', text])
        const parts: Array<[string, string]> = hasCode ? [['category', 'laboratory'], ...pairs] : pairs
        const query = parseSearch('Observation', parts, { strict: true })
        const answer = await searchRecords(api.store.db, confinement, {
          query,
          pageSize: 1000,
          withTotal: true,
        })
        const wanted = rows.filter(({ values }) => query.conditions.every((each) => rowsMatch(values, each)))
        assert.deepEqual(answer.records.map(({ id }) => id).sort(), wanted.map(({ id }) => id).sort())
        assert.equal(answer.total, wanted.length)
      },
    ),
    { numRuns: 300, seed: 11 },
  )
})
