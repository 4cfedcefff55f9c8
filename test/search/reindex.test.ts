import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { parseSearch } from '#fhir/search/parse-search.ts'
import type { Condition, SearchQuery } from '#fhir/search/search-query.ts'
import { createRecords } from '#server/records/records.ts'
import { systemRandom } from '#server/secrets.ts'
import { about, openSeededApi, patient } from '../apis/seeded-api.ts'

const oak = { patientIds: [], practiceIds: ['oak'] }
const own = 'https://api.example.org/fhir/r4'

/** A practice whose index was written by older rules, with references that they did not understand. */
async function openOldIndex() {
  const api = await openSeededApi()
  const { db } = api.store
  await api.addPractice('oak')
  const many = Array.from({ length: 450 }, (_, at) => ({
    resourceType: 'Observation',
    id: `o${at}`,
    status: 'final',
    code: { text: 'x' },
    subject: about('ada'),
    valueQuantity: { value: 1.5, unit: 'kg' },
  }))
  await api.write(
    'oak',
    { ...patient('ada'), name: [{ family: 'O’Neil' }] },
    { resourceType: 'Practitioner', id: 'doc', name: [{ family: 'Quill' }] },
    ...many,
  )
  // Written when references with our own address were not understood.
  const procedure = {
    resourceType: 'Procedure',
    id: 'p',
    status: 'completed',
    subject: about('ada'),
    performer: [{ actor: { reference: `${own}/Practitioner/doc` } }],
  }
  await createRecords({
    db,
    clock: { now: () => new Date(api.time.now), ticks: () => 0 },
    random: systemRandom,
  }).write([{ practiceId: 'oak', resource: procedure as Resource }])
  // As the rules of before had it: other texts, other ranges, and rows that nobody would write today.
  await db.updateTable('record_text').set({ value: 'o’neil' }).where('value', '=', 'oneil').execute()
  await db.updateTable('record_range').set({ low: 1 }).where('unit', '=', '|g').execute()
  await db.insertInto('search_index').values({ version: 3, next_version: null, next_place: null }).execute()
  await db.updateTable('record').set({ date_start: 7 }).where('id', '=', 'o449').execute()
  const records = () =>
    createRecords({
      db,
      clock: { now: () => new Date(api.time.now), ticks: () => 0 },
      random: systemRandom,
      bases: [own],
    })
  const idsOf = async (type: string, ...pairs: Array<[string, string]>) => {
    const { conditions } = parseSearch(type, pairs, { strict: true }) satisfies Pick<
      SearchQuery,
      'conditions'
    > & { conditions: Condition[] }
    const page = await records().search(oak, {
      query: { type, conditions, sort: [] },
      pageSize: 1000,
      withTotal: false,
    })
    return page.records.map(({ id }) => id)
  }
  return Object.assign(api, { openRecords: records, idsOf })
}

test('the index is written anew beside the answers, goes on after a stop, and tells how far it is', async () => {
  await using api = await openOldIndex()
  const { db } = api.store
  // Nothing is done at the start: what is there answers.
  await api.openRecords().openIndex()
  assert.deepEqual(await api.openRecords().examineIndex(), {
    version: 3,
    isCurrent: false,
    done: 0,
    all: 453,
  })
  assert.deepEqual(await api.idsOf('Patient', ['name', 'oneil']), [])
  assert.equal((await api.idsOf('Observation', ['status', 'final'])).length, 450)

  const seen: number[] = []
  const ending = new AbortController()
  await api.openRecords().bringIndexUpToDate({
    signal: ending.signal,
    onProgress: ({ done }) => {
      seen.push(done)
      ending.abort()
    },
  })
  assert.deepEqual(seen, [200])
  const { isCurrent, done, all } = await api.openRecords().examineIndex()
  assert.deepEqual([isCurrent, done, all], [false, 200, 453])
  // Half old, half new: nothing is missing meanwhile.
  assert.equal((await api.idsOf('Observation', ['status', 'final'])).length, 450)
  // What is written meanwhile is found, too, and found once.
  await api.write('oak', { ...patient('ada'), name: [{ family: 'O’Neil' }], gender: 'female' })
  assert.deepEqual(await api.idsOf('Patient', ['gender', 'female']), ['ada'])

  // Several processes go on at once.
  await Promise.all([1, 2].map(() => api.openRecords().bringIndexUpToDate()))
  assert.equal((await api.openRecords().examineIndex()).isCurrent, true)
  assert.deepEqual(await api.idsOf('Patient', ['name', "o'neil"]), ['ada'])
  assert.equal((await api.idsOf('Observation', ['value-quantity', '1.5||kg'])).length, 450)
  assert.equal((await api.idsOf('Observation', ['value-quantity', '1.5'])).length, 450)
  const old = await db.selectFrom('record_text').select('value').where('value', '=', 'o’neil').execute()
  assert.deepEqual(old, [])
  const late = await db.selectFrom('record').select('date_start').where('id', '=', 'o449').executeTakeFirst()
  assert.equal(late?.date_start, null)
  const before = await api.openRecords().examineIndex()
  await api.openRecords().bringIndexUpToDate({ onProgress: () => assert.fail('it is done') })
  assert.deepEqual(await api.openRecords().examineIndex(), before)
})

test('references with our own address that are stored already mean the record here after the index was written anew', async () => {
  await using api = await openOldIndex()
  assert.deepEqual(await api.idsOf('Procedure', ['performer', 'Practitioner/doc']), [])
  const ada = { patientIds: ['ada'], practiceIds: [] }
  assert.equal(await api.openRecords().read(ada, 'Practitioner', 'doc'), undefined)
  const stored = await api.openRecords().read(ada, 'Procedure', 'p')
  await api.openRecords().bringIndexUpToDate()
  assert.deepEqual(await api.idsOf('Procedure', ['performer', 'Practitioner/doc']), ['p'])
  assert.ok(await api.openRecords().read(ada, 'Practitioner', 'doc'))
  // The same version, with the reference as the standard writes one of the same server.
  assert.equal(
    await api.openRecords().read(ada, 'Procedure', 'p'),
    stored?.replace(`${own}/Practitioner/doc`, 'Practitioner/doc'),
  )
  await assert.rejects(
    api.openRecords().transact('oak', (transaction) => transaction.remove('Practitioner', 'doc')),
    /cannot be deleted while Procedure\/p refers to it/,
  )
})
