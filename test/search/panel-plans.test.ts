import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CompiledQuery, type QueryExecutor } from 'kysely'
import { parseSearch } from '#fhir/search/parse-search.ts'
import { systemClock } from '#server/clock.ts'
import { createRecords } from '#server/records/records.ts'
import { systemRandom } from '#server/secrets.ts'
import type { Db, Store } from '#server/store/store.ts'
import { openSeededApi, patient } from '../apis/seeded-api.ts'
import { testServerUrl } from '../support/test-store.ts'

/**
 * What is asked for by one record or one patient must not go through the panel: a provider's and a backend service's
 * token read by id in a practice of 100,000 as in one of 100.
 */
const panel = { patientIds: [], practiceIds: ['oak'] }
const panelSize = 100_000

async function openLargePractice() {
  const api = await openSeededApi()
  await api.addPractice('oak')
  await api.write('oak', patient('ada'), {
    resourceType: 'Observation',
    id: 'o1',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '2345-7' }] },
    subject: { reference: 'Patient/ada' },
    performer: [{ reference: 'Practitioner/dr' }],
    identifier: [{ system: 'urn:lab', value: 'x1' }],
  })
  await api.write('oak', { resourceType: 'Practitioner', id: 'dr', name: [{ family: 'Dole' }] })
  await fillPanel(api.store.db)
  return api
}

async function fillPanel(db: Db): Promise<void> {
  const step = 5000
  await db.transaction().execute(async (trx) => {
    for (let at = 0; at < panelSize; at += step) {
      const rows = Array.from({ length: step }, (_, index) => ({
        practice_id: 'oak',
        patient_id: `p${String(at + index).padStart(6, '0')}`,
      }))
      await trx.insertInto('practice_patient').values(rows).execute()
    }
  })
  if (testServerUrl !== undefined) await db.executeQuery(CompiledQuery.raw('analyze practice_patient'))
}

/** How the database answers each statement that is asked, those of transactions too. */
async function plansOf({ db }: Store, ask: (db: Db) => Promise<unknown>): Promise<string[]> {
  const asked: CompiledQuery[] = []
  const base = Object.getPrototypeOf(Object.getPrototypeOf(db.getExecutor())) as QueryExecutor
  const { executeQuery } = base
  base.executeQuery = function noting<Row>(this: QueryExecutor, compiled: CompiledQuery<Row>) {
    if (/^\s*(select|with)/i.test(compiled.sql)) asked.push(compiled)
    return executeQuery.call(this, compiled) as ReturnType<typeof executeQuery<Row>>
  }
  // In a transaction statements do not go through connections of their own, where nobody sees them.
  const seeing = new Proxy(db, {
    get(target, key) {
      if (key === 'isTransaction') return true
      const value = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  try {
    await ask(seeing)
  } finally {
    base.executeQuery = executeQuery
  }
  const explain =
    testServerUrl === undefined ? 'explain query plan' : 'explain (analyze, timing off, summary off)'
  const plans: string[] = []
  for (const { sql, parameters } of asked) {
    const { rows } = await db.executeQuery<Record<string, string>>(
      CompiledQuery.raw(`${explain} ${sql}`, [...parameters]),
    )
    plans.push(rows.map((row) => row.detail ?? row['QUERY PLAN']).join('\n'))
  }
  return plans
}

/** SQLite names the columns by which an index is entered; PostgreSQL counts the rows that came out of each step. */
function goesThroughPanel(plan: string): boolean {
  if (testServerUrl === undefined)
    return /(SCAN|SEARCH) (practice_patient|kept|panel|covered)\b.*\(practice_id=\?\)|SCAN practice_patient/.test(
      plan,
    )
  return [...plan.matchAll(/actual rows=([\d.]+) loops=(\d+)/g)].some(
    ([, rows, loops]) => Number(rows) * Number(loops) > 1000,
  )
}

const query = (type: string, text: string) => ({
  query: parseSearch(type, new URLSearchParams(text), { strict: true }),
  pageSize: 10,
  withTotal: true,
})

type Ask = (records: ReturnType<typeof createRecords>) => Promise<unknown>

const asked: Record<string, Ask> = {
  'a read by id': (records) => records.read(panel, 'Observation', 'o1'),
  'a read of a shared record': (records) => records.read(panel, 'Practitioner', 'dr'),
  'a read of nothing': (records) => records.read(panel, 'Observation', 'none'),
  'a version': (records) => records.readVersion(panel, { type: 'Observation', id: 'o1', versionId: 3 }),
  'a deletion': (records) => records.isDeletion(panel, { type: 'Observation', id: 'o1', versionId: 3 }),
  'the history of a record': (records) =>
    records.listVersions(panel, { type: 'Observation', id: 'o1', pageSize: 10 }),
  'a list of one patient': (records) =>
    records.list(panel, { type: 'Observation', patientId: 'ada', pageSize: 10 }),
  'a list of ids': (records) => records.list(panel, { type: 'Observation', ids: ['o1'], pageSize: 10 }),
  'a search by _id': (records) => records.search(panel, query('Observation', '_id=o1')),
  'a search of one patient': (records) =>
    records.search(panel, query('Observation', 'patient=ada&_sort=-date')),
  'a search of who names a patient': (records) =>
    records.search(panel, query('Observation', 'performer=Patient/ada')),
  'an identifier of a patient': (records) => records.search(panel, query('Patient', 'identifier=urn:x|1')),
  'an identifier of a record': (records) =>
    records.search(panel, query('Observation', 'identifier=urn:lab|x1')),
  'an identifier of a shared record': (records) =>
    records.search(panel, query('Practitioner', 'identifier=urn:x|1')),
  'a patient by name': (records) => records.search(panel, query('Patient', 'name=ada&_sort=family,given')),
  'a condition of a write': (records) =>
    records.transact('oak', (transaction) =>
      transaction.find(query('Observation', 'identifier=urn:lab|x1').query),
    ),
}

describe('in a panel of 100,000', () => {
  let opened: ReturnType<typeof openLargePractice>
  before(() => {
    opened = openLargePractice()
    return opened
  })
  after(async () => (await opened)[Symbol.asyncDispose]())

  for (const [name, ask] of Object.entries(asked))
    test(`${name} does not go through it`, async () => {
      const api = await opened
      const plans = await plansOf(api.store, (db) =>
        ask(createRecords({ db, clock: systemClock, random: systemRandom })),
      )
      assert.ok(plans.length > 0)
      for (const plan of plans) assert.ok(!goesThroughPanel(plan), plan)
    })

  test('the history of a type does: the tests above would see it', async () => {
    const api = await opened
    const plans = await plansOf(api.store, (db) =>
      createRecords({ db, clock: systemClock, random: systemRandom }).listVersions(panel, {
        type: 'Observation',
        pageSize: 10,
      }),
    )
    assert.ok(plans.some(goesThroughPanel), plans.join('\n'))
  })
})
