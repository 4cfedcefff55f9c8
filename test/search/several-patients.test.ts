import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Resource } from 'fhir/r4'
import { indexValuesOf } from '#fhir/search/index-values.ts'
import { findMainDate } from '#fhir/search/main-date.ts'
import { parseSearch } from '#fhir/search/parse-search.ts'
import type { Confinement, SearchKey } from '#server/records/records.ts'
import { searchRecords } from '#server/records/search/search-records.ts'
import { openSeededApi, patient, type SeededApi } from '../apis/seeded-api.ts'
import { rowsMatch } from './match-rows.ts'

const categories = 'http://terminology.hl7.org/CodeSystem/observation-category'

/** Ids whose order by bytes is not that of any language. */
const patientsOf = { oak: ['ada', 'Zoe', 'a-b', 'B.1'], elm: ['aDa', 'zoe', 'a.b'] }
const everybody = Object.values(patientsOf).flat()

const dates = ['2019', '2020', '2020-02', '2020-02-01', '2020-02-01T08:00:00Z', '2021-01-01', '2024-06-30']
const effective = fc.oneof(
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 6, arbitrary: fc.constantFrom(...dates).map((effectiveDateTime) => ({ effectiveDateTime })) },
  {
    weight: 2,
    arbitrary: fc
      .uniqueArray(fc.constantFrom(...dates), { minLength: 2, maxLength: 3 })
      .map((event) => ({ effectiveTiming: { event } })),
  },
)
const observation = fc.record({
  patients: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...everybody).map((id) => [id]) },
    // Not what the standard allows, but what may have been stored: it lies in several compartments.
    { weight: 1, arbitrary: fc.shuffledSubarray(patientsOf.oak, { minLength: 2, maxLength: 3 }) },
  ),
  category: fc.subarray(['laboratory', 'vital-signs', 'survey'], { minLength: 1 }),
  codes: fc.subarray(['1-1', '2-2'], { minLength: 0 }),
  systems: fc.subarray([categories, 'http://example.org/categories'], { minLength: 1 }),
  status: fc.constantFrom('final', 'amended'),
  when: effective,
})

const confinements: Record<string, Confinement> = {
  'a panel': { patientIds: [], practiceIds: ['oak'] },
  'two panels that share a patient': { patientIds: [], practiceIds: ['oak', 'elm'] },
  'named patients': { patientIds: ['zoe', 'Zoe', 'a-b', 'a.b'], practiceIds: [] },
  'a panel and named patients': { patientIds: ['aDa', 'ada'], practiceIds: ['oak'] },
}

const coveredBy: Record<string, string[]> = {
  'a panel': [...patientsOf.oak],
  'two panels that share a patient': everybody,
  'named patients': ['zoe', 'Zoe', 'a-b', 'a.b'],
  'a panel and named patients': [...patientsOf.oak, 'aDa'],
}

const conditions = fc
  .tuple(
    fc.constantFrom(
      'category=laboratory',
      `category=${categories}|survey`,
      'category=laboratory,vital-signs',
      'code=1-1',
      'code=nothing',
      '',
    ),
    fc.constantFrom('', 'date=ge2020-02', 'date=lt2021', 'date=2020', 'date=ge2019&date=le2021-01-01'),
    fc.constantFrom('', '', 'status=final', 'code=2-2', 'category:not=survey'),
  )
  .map((parts) => parts.filter((part) => part !== ''))
const sorts = fc.constantFrom('', '_sort=-date', '_sort=date', '_sort=-date,status', '_sort=code')

interface Stored {
  id: string
  patientIds: string[]
  values: ReturnType<typeof indexValuesOf>
}

describe('a search over several patients', () => {
  let api: SeededApi
  let stored: Stored[]

  before(async () => {
    api = await openSeededApi()
    const { db } = api.store
    for (const practice of ['oak', 'elm'] as const) {
      await api.addPractice(practice)
      await api.write(practice, ...patientsOf[practice].map((id) => patient(id)))
    }
    await db.insertInto('practice_patient').values({ practice_id: 'elm', patient_id: 'ada' }).execute()
    const [found = []] = fc.sample(fc.array(observation, { minLength: 160, maxLength: 160 }), {
      numRuns: 1,
      seed: 21,
    })
    stored = []
    for (const [index, { patients, category, codes, systems, status, when }] of found.entries()) {
      const subjects = patients.map((id) => ({ reference: `Patient/${id}` }))
      const resource = {
        resourceType: 'Observation',
        id: `${index % 2 === 0 ? 'o' : 'O'}${(index * 7) % 160}`,
        status,
        category: category.map((code) => ({ coding: systems.map((system) => ({ system, code })) })),
        code: { text: 'something', coding: codes.map((code) => ({ system: 'http://loinc.org', code })) },
        subject: subjects.length === 1 ? subjects[0] : subjects,
        ...when,
      } as unknown as Resource & { id: string }
      await api.write(patientsOf.oak.includes(patients[0] ?? '') ? 'oak' : 'elm', resource)
      stored.push({ id: resource.id, patientIds: patients, values: indexValuesOf(resource) })
    }
    const several = await db.selectFrom('record').select('id').where('compartments', '>', 1).execute()
    assert.ok(several.length > 10)
  })
  after(() => api[Symbol.asyncDispose]())

  /** The records that a search finds, each in the first covered compartment, in their order. */
  function expected(name: string, query: ReturnType<typeof parseSearch>): string[] {
    const covered = coveredBy[name] ?? []
    const matches = stored.flatMap(({ id, patientIds, values }) => {
      const [patientId] = patientIds.filter((each) => covered.includes(each)).sort(byBytes)
      if (patientId === undefined || !query.conditions.every((each) => rowsMatch(values, each))) return []
      const keys = query.sort.map(({ parameter, descending }) => {
        if (typeof parameter !== 'object') throw new Error('not sorted by that here')
        if (parameter.code === 'date') {
          const { low, high } = findMainDate('Observation', values)
          return descending ? -high : low
        }
        const texts = values.flatMap((row) =>
          row.kind === 'text' && row.param === parameter.code ? [row.value] : [],
        )
        return texts.sort(byBytes)[0] ?? '\u{10ffff}'
      })
      return [{ id, keys: [...keys, patientId, id] }]
    })
    return matches.sort((a, b) => compareKeys(a.keys, b.keys)).map(({ id }) => id)
  }

  /** All pages forward, and all pages back from the last. */
  async function walk(confinement: Confinement, query: ReturnType<typeof parseSearch>, pageSize: number) {
    const there: string[] = []
    const back: string[] = []
    const totals = new Set<number | undefined>()
    const search = (place: { after?: SearchKey; before?: SearchKey }) =>
      searchRecords(api.store.db, confinement, { query, pageSize, withTotal: true, ...place })
    let page = await search({})
    assert.equal(page.previous, undefined)
    for (;;) {
      there.push(...page.records.map(({ id }) => id))
      totals.add(page.total)
      if (!page.next) break
      assert.equal(page.records.length, pageSize)
      page = await search({ after: page.next })
    }
    back.unshift(...page.records.map(({ id }) => id))
    while (page.previous) {
      page = await search({ before: page.previous })
      assert.ok(page.next)
      totals.add(page.total)
      back.unshift(...page.records.map(({ id }) => id))
    }
    return { there, back, totals: [...totals] }
  }

  for (const [name, confinement] of Object.entries(confinements))
    test(`finds in ${name} what the rows of each record say, in their order, page by page and back`, async () => {
      await fc.assert(
        fc.asyncProperty(
          conditions,
          sorts,
          fc.integer({ min: 3, max: 40 }),
          async (asked, sort, pageSize) => {
            const query = parseSearch(
              'Observation',
              new URLSearchParams([...asked, sort].filter((part) => part !== '').join('&')),
              { strict: true },
            )
            const ids = expected(name, query)
            const { there, back, totals } = await walk(confinement, query, pageSize)
            assert.deepEqual(there, ids)
            assert.deepEqual(back, ids)
            assert.deepEqual(totals, [ids.length])
          },
        ),
        { numRuns: 40, seed: 3 },
      )
    })
})

function byBytes(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

function compareKeys(a: Array<string | number>, b: Array<string | number>): number {
  for (const [index, one] of a.entries()) {
    const other = b[index] ?? ''
    if (one !== other) return one < other ? -1 : 1
  }
  return 0
}
