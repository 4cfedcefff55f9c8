import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CompiledQuery } from 'kysely'
import { parseSearch } from '#fhir/search/parse-search.ts'
import { inPatientCompartment } from '#fhir/search/patient-compartment.ts'
import type { Confinement, SearchKey } from '#server/records/records.ts'
import { searchRecords } from '#server/records/search/search-records.ts'
import type { Db } from '#server/store/store.ts'
import { openSeededApi, patient } from '../apis/seeded-api.ts'
import { testServerUrl } from '../support/test-store.ts'

const laboratory = 'http://terminology.hl7.org/CodeSystem/observation-category'
const ofAda = { patientIds: ['ada'], practiceIds: [] }

const observation = (id: string, date: string | undefined, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  category: [{ coding: [{ system: laboratory, code: 'laboratory' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: '2345-7' }] },
  subject: { reference: 'Patient/ada' },
  ...(date === undefined ? {} : { effectiveDateTime: date }),
  ...more,
})

async function openWithObservations(...observations: object[]) {
  const api = await openSeededApi()
  await api.addPractice('oak')
  await api.write('oak', patient('ada'), patient('bob'), ...observations)
  return api
}

interface Asked {
  pageSize?: number
  after?: SearchKey | undefined
  before?: SearchKey | undefined
  confinement?: Confinement
}

const search = (db: Db, query: string, { confinement = ofAda, ...page }: Asked = {}) =>
  searchRecords(db, confinement, {
    query: parseSearch('Observation', new URLSearchParams(query), { strict: true }),
    pageSize: 10,
    withTotal: true,
    ...page,
  })

/** How SQLite would answer each statement of a search. The store is in memory, so that all go through Kysely. */
async function plansOf(db: Db, ask: (db: Db) => Promise<unknown>): Promise<string[]> {
  const plans: string[] = []
  const executeQuery: Db['executeQuery'] = async (compiled) => {
    const { sql, parameters } = compiled as CompiledQuery
    const explain = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters])
    const { rows } = await db.executeQuery<{ detail: string }>(explain)
    plans.push(rows.map(({ detail }) => detail).join('\n'))
    return db.executeQuery(compiled)
  }
  const seeing = new Proxy(db, {
    get(target, key) {
      if (key === 'executeQuery') return executeQuery
      const value = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  await ask(seeing)
  return plans
}

const ledSearches = [
  'category=laboratory&date=ge2015&_sort=-date',
  `category=${laboratory}|laboratory&_sort=-date`,
  'code=http://loinc.org|2345-7',
  'date=ge2015&_sort=-date',
]

describe('a search of one patient', () => {
  // PostgreSQL has other words for its plans, and other plans for few records.
  for (const query of testServerUrl === undefined ? ledSearches : [])
    test(`walks one index in its order and looks up only the records of its page: ${query}`, async () => {
      await using api = await openWithObservations(observation('o1', '2020-01-01'))
      const [page = '', ...others] = await plansOf(api.store.db, (db) => search(db, query))
      assert.match(page, /SEARCH driving USING PRIMARY KEY \(patient_id=\? AND parameter=\? AND value=\?/)
      assert.match(page, /SEARCH record USING INTEGER PRIMARY KEY/)
      // Nothing that ended before is walked, neither for the page nor for the count.
      if (query.includes('date=')) assert.equal(page.match(/AND value=\? AND high>\?\)/g)?.length, 2)
      assert.doesNotMatch(`${page}${others}`, /TEMP B-TREE|SCAN (?!page)/)
    })

  // By what lies behind the value in the index: asked record by record, the work would grow with the square of the records.
  for (const query of testServerUrl === undefined
    ? ['category=laboratory&_sort=-_lastUpdated', '_sort=code']
    : [])
    test(`asks the index once for all records: ${query}`, async () => {
      await using api = await openWithObservations(observation('o1', '2020-01-01'))
      const plans = await plansOf(api.store.db, (db) => search(db, query))
      assert.doesNotMatch(`${plans}`, /CORRELATED|EXISTS/)
    })

  test('sorts by the first of several texts, those without one last, as a search of the whole panel does', async () => {
    const codes = (...values: string[]) => ({
      code: { coding: values.map((code) => ({ system: 'http://loinc.org', code })) },
    })
    await using api = await openWithObservations(
      observation('a', '2020-01-01', codes('b', 'y')),
      observation('b', '2021-01-01', { code: undefined }),
      observation('c', '2022-01-01', codes('c')),
      observation('d', '2023-01-01', codes('a', 'z')),
    )
    const panel = { patientIds: [], practiceIds: ['oak'] }
    for (const [query, expected] of [
      ['_sort=code', 'dacb'],
      ['_sort=-code', 'dacb'],
      ['category=laboratory&_sort=code', 'dacb'],
      ['category=laboratory&_sort=-code', 'dacb'],
      ['date=ge2021&_sort=code,-date', 'dcb'],
    ] as const)
      for (const confinement of [ofAda, panel]) {
        const { records } = await search(api.store.db, query, { confinement })
        assert.equal(records.map(({ id }) => id).join(''), expected, query)
      }
  })

  test('tells the total on each page, and on one that is empty by now', async () => {
    await using api = await openWithObservations(
      ...['a', 'b', 'c'].map((id, index) => observation(id, `202${index}-01-01`)),
    )
    for (const query of ['category=laboratory&_sort=-date', '_sort=code', '']) {
      const first = await search(api.store.db, query, { pageSize: 2 })
      assert.equal(first.total, 3, query)
      assert.equal(first.previous, undefined)
      const second = await search(api.store.db, query, { pageSize: 2, after: first.next })
      assert.deepEqual([second.total, second.records.length, second.next], [3, 1, undefined], query)
      const back = await search(api.store.db, query, { pageSize: 2, before: second.previous })
      assert.deepEqual(back.records, first.records, query)
      assert.deepEqual([back.total, back.previous], [3, undefined], query)
      assert.ok(back.next, query)
      const values = first.next?.values.map(() => -9e15) ?? []
      const last = { values, patientId: 'ada', id: 'z', no: 0, order: first.next?.order ?? '' }
      if (query.includes('date')) {
        const beyond = await search(api.store.db, query, { pageSize: 2, after: last })
        assert.deepEqual(
          [beyond.total, beyond.records, beyond.next, beyond.previous],
          [3, [], undefined, undefined],
        )
      }
    }
  })

  test('counts a record once whose code comes from two systems', async () => {
    const twice = {
      category: [
        { coding: [{ system: laboratory, code: 'laboratory' }] },
        { coding: [{ system: 'http://example.org/categories', code: 'laboratory' }] },
      ],
    }
    await using api = await openWithObservations(
      observation('o1', '2020-01-01', twice),
      observation('o2', '2021-01-01'),
    )
    for (const [query, expected] of [
      ['category=laboratory&_sort=-date', ['o2', 'o1']],
      ['category=http://example.org/categories|laboratory', ['o1']],
      [`category=${laboratory}|laboratory,http://example.org/categories|laboratory&_sort=date`, ['o1', 'o2']],
    ] as const) {
      const { total, records } = await search(api.store.db, query)
      assert.deepEqual(
        records.map(({ id }) => id),
        expected,
        query,
      )
      assert.equal(total, expected.length, query)
    }
  })

  test('sorts a record with several dates by the one that comes first, and one without date last', async () => {
    const twoDates = { effectiveTiming: { event: ['2010-01-01', '2024-01-01'] } }
    await using api = await openWithObservations(
      observation('between', '2015-01-01'),
      observation('several', undefined, twoDates),
      observation('never', undefined),
    )
    const ids = async (query: string) => (await search(api.store.db, query)).records.map(({ id }) => id)
    assert.deepEqual(await ids('category=laboratory&_sort=-date'), ['several', 'between', 'never'])
    assert.deepEqual(await ids('category=laboratory&_sort=date'), ['several', 'between', 'never'])
    assert.deepEqual(await ids('category=laboratory'), ['several', 'between', 'never'])
  })

  test('goes on after its page when a record of the page gets a new version', async () => {
    const sameDate = ['a', 'b', 'c', 'd'].map((id) => observation(id, '2020-01-01'))
    await using api = await openWithObservations(...sameDate)
    const first = await search(api.store.db, 'category=laboratory&_sort=-date', { pageSize: 2 })
    const [shown] = first.records
    await api.write('oak', observation(shown?.id ?? '', '2020-01-01', { status: 'amended' }))
    const second = await search(api.store.db, 'category=laboratory&_sort=-date', {
      pageSize: 2,
      after: first.next,
    })
    const ids = [...first.records, ...second.records].map(({ id }) => id)
    assert.deepEqual(ids.toSorted(), ['a', 'b', 'c', 'd'])
  })
})

describe('a search of a whole panel', () => {
  const panel = { patientIds: [], practiceIds: ['oak'] }
  for (const query of testServerUrl === undefined ? ledSearches : [])
    test(`steps into the index once for each patient, and looks up only the records of its page: ${query}`, async () => {
      await using api = await openWithObservations(observation('o1', '2020-01-01'))
      const [page = ''] = await plansOf(api.store.db, (db) => search(db, query, { confinement: panel }))
      assert.match(page, /SEARCH driving USING PRIMARY KEY \(patient_id=\? AND parameter=\? AND value=\?/)
      // Those that lie in several compartments, and those of the page: never all of a patient or of a type.
      const looks = page.split('\n').filter((line) => /SEARCH (record|several|other) /.test(line))
      for (const line of looks) assert.match(line, /USING (INTEGER PRIMARY KEY|INDEX record_several)/)
      assert.doesNotMatch(page, /SCAN (?!page|panel|firsts|\(subquery)/)
    })
})

test('a compartment is searched in a panel without looking at the records of the other patients', async () => {
  await using api = await openWithObservations(
    observation('o1', '2020-01-01'),
    observation('taken', '2021-01-01', {
      subject: { reference: 'Patient/bob' },
      performer: [{ reference: 'Patient/ada' }],
    }),
    observation('o2', '2022-01-01', { subject: { reference: 'Patient/bob' } }),
  )
  const panel = { patientIds: [], practiceIds: ['oak'] }
  const find = (db: Db, patientId: string) => {
    const condition = inPatientCompartment('Observation', patientId) ?? { kind: 'or', conditions: [] }
    const query = { type: 'Observation', conditions: [condition], sort: [] }
    return searchRecords(db, panel, { query, pageSize: 10, withTotal: true })
  }
  for (const [patientId, ids] of [
    ['ada', ['o1', 'taken']],
    ['bob', ['o2', 'taken']],
    ['nobody', []],
  ] as const)
    assert.deepEqual((await find(api.store.db, patientId)).records.map(({ id }) => id).toSorted(), ids)
  if (testServerUrl !== undefined) return
  const [narrowing = ''] = await plansOf(api.store.db, (db) => find(db, 'ada'))
  assert.match(narrowing, /record_text_by_value \(parameter=\? AND value=\?\)/)
  assert.doesNotMatch(narrowing, /\(practice_id=\?\)/)
})

test('a walk over what names a patient goes on in its order when it comes to name them in another compartment, too', async () => {
  const byAda = (date: string, subject: string) => ({
    subject: { reference: `Patient/${subject}` },
    performer: [{ reference: 'Patient/ada' }],
    effectiveDateTime: date,
  })
  await using api = await openWithObservations(
    // By date the other way round than by id.
    ...['a', 'b', 'c', 'd'].map((id, index) => observation(id, undefined, byAda(`202${index}-01-01`, 'ada'))),
  )
  const confinement = { patientIds: [], practiceIds: ['oak'] }
  const found: string[] = []
  let after: SearchKey | undefined
  do {
    const page = await search(api.store.db, 'code=2345-7&performer=Patient/ada', {
      pageSize: 1,
      after,
      confinement,
    })
    found.push(...page.records.map(({ id }) => id))
    after = page.next
    if (found.length === 1) await api.write('oak', observation('z', undefined, byAda('2030-01-01', 'bob')))
  } while (after)
  assert.deepEqual(
    found.filter((id) => id !== 'z'),
    ['a', 'b', 'c', 'd'],
  )
})

test('a search that names a patient follows chains to all that the reader reaches, and no further', async () => {
  await using api = await openWithObservations(
    observation('of-bob', '2020-01-01', { subject: { reference: 'Patient/bob' } }),
    observation('of-ada', '2020-01-01', {
      code: { coding: [{ system: 'http://loinc.org', code: '1-1' }] },
      derivedFrom: [{ reference: 'Observation/of-bob' }],
    }),
  )
  const query = 'patient=Patient/ada&derived-from:Observation.code=2345-7'
  const found = async (confinement: Confinement) =>
    (await search(api.store.db, query, { confinement })).records.map(({ id }) => id)
  assert.deepEqual(await found({ patientIds: [], practiceIds: ['oak'] }), ['of-ada'])
  assert.deepEqual(await found({ patientIds: ['ada', 'bob'], practiceIds: [] }), ['of-ada'])
  assert.deepEqual(await found(ofAda), [])
})
