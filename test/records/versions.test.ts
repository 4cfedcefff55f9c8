import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import type { VersionQuery } from '#server/records/records.ts'
import { parameterNumber } from '#server/records/search/parameter-number.ts'
import { about, immunization, openSeededApi, patient } from '../apis/seeded-api.ts'

const ada = { patientIds: ['ada'], practiceIds: [] }
const bob = { patientIds: ['bob'], practiceIds: [] }
const oak = { patientIds: [], practiceIds: ['oak'] }

async function openOak() {
  const api = await openSeededApi()
  await api.addPractice('oak')
  await api.addPractice('elm')
  await api.write('oak', patient('ada'), patient('bob'), immunization('i1', 'ada'))
  await api.write('elm', patient('cid'))
  const write = (practiceId: string, ...resources: object[]) =>
    api.records.write(resources.map((resource) => ({ practiceId, resource: resource as Resource })))
  return Object.assign(api, { writeFor: write })
}

test('the same content makes no new version, other content does, and the older one is kept', async () => {
  await using api = await openOak()
  assert.deepEqual(await api.writeFor('oak', immunization('i1', 'ada')), {
    created: 0,
    updated: 0,
    unchanged: 1,
    rejected: [],
    renamed: [],
  })
  const changed = await api.writeFor('oak', immunization('i1', 'ada', { status: 'not-done' }))
  assert.equal(changed.updated, 1)
  const { versions, total } = await api.records.listVersions(ada, {
    type: 'Immunization',
    id: 'i1',
    pageSize: 10,
  })
  assert.equal(total, 2)
  assert.deepEqual(
    versions.map(({ content }) => JSON.parse(content).status),
    ['not-done', 'completed'],
  )
})

test('a record that is corrected to another patient leaves the first one at once, with its past', async () => {
  await using api = await openOak()
  await api.write('oak', immunization('i1', 'bob'))
  assert.equal(await api.records.read(ada, 'Immunization', 'i1'), undefined)
  assert.equal((await api.records.list(ada, { type: 'Immunization', pageSize: 10 })).count, 0)
  assert.equal((await api.records.list(bob, { type: 'Immunization', pageSize: 10 })).count, 1)
  const past = (confinement: typeof ada) =>
    api.records.listVersions(confinement, { type: 'Immunization', id: 'i1', pageSize: 10 })
  assert.deepEqual(
    (await past(ada)).versions.map(({ version_id }) => Number(version_id)),
    [],
  )
  assert.deepEqual(
    (await past(bob)).versions.map(({ version_id }) => Number(version_id)),
    [2],
  )
  for (const versionId of [1, 2]) {
    const address = { type: 'Immunization', id: 'i1', versionId }
    assert.equal(await api.records.readVersion(ada, address), undefined)
    assert.equal((await api.records.readVersion(bob, address)) !== undefined, versionId === 2)
  }
})

test('what search compares follows each version', async () => {
  await using api = await openOak()
  const { token } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }])
  const total = async (query: string) => {
    const { text } = await api.get(`/fhir/r4/Immunization?${query}`, token)
    return JSON.parse(text).total
  }
  assert.deepEqual([await total('status=completed'), await total('status=not-done')], [1, 0])
  await api.write('oak', immunization('i1', 'ada', { status: 'not-done' }))
  assert.deepEqual([await total('status=completed'), await total('status=not-done')], [0, 1])
  await api.write('oak', immunization('i1', 'bob', { status: 'not-done' }))
  assert.deepEqual([await total('patient=ada'), await total('patient=bob')], [0, 1])
  const left = await api.store.db
    .selectFrom('record_text')
    .select('value')
    .where('patient_id', '=', 'ada')
    .where('parameter', '=', parameterNumber('Immunization', 'status'))
    .execute()
  assert.deepEqual(left, [], 'no row of the index is left behind')
  const rows = await api.store.db
    .selectFrom('record_text')
    .leftJoin('record', (join) =>
      join
        .onRef('record.patient_id', '=', 'record_text.patient_id')
        .onRef('record.no', '=', 'record_text.record_no'),
    )
    .select('record.id')
    .execute()
  assert.ok(rows.length > 0)
  assert.ok(
    rows.every(({ id }) => id !== null),
    'every row of the index belongs to a record',
  )
})

test('with all-or-nothing one bad record keeps the others out', async () => {
  await using api = await openOak()
  const batch = [patient('dee'), { resourceType: 'Condition', id: 'c1' }].map((resource) => ({
    practiceId: 'oak',
    resource: resource as Resource,
  }))
  const outcome = await api.records.write(batch, { mode: 'all-or-nothing' })
  assert.deepEqual([outcome.created, outcome.rejected.length], [0, 1])
  assert.equal(await api.records.read(oak, 'Patient', 'dee'), undefined)
  assert.equal((await api.records.write(batch)).created, 1)
})

test('no practice overwrites a record of another, or writes into its patients', async () => {
  await using api = await openOak()
  for (const resource of [patient('cid'), immunization('i9', 'cid'), immunization('i1', 'cid')]) {
    const { rejected, created, updated } = await api.writeFor('oak', resource)
    assert.deepEqual([rejected.length, created + updated], [0, 1], resource.id)
  }
  // Each means somebody of its own by the id, and neither sees the other's.
  const theirs = await listIds({ patientIds: [], practiceIds: ['elm'] }, 'Patient')
  assert.ok(theirs.includes('cid'))
  const ours = await listIds(oak, 'Patient')
  assert.deepEqual([ours.length, ours.includes('cid')], [3, false])
  for (const id of await listIds(oak, 'Immunization'))
    assert.ok(!(await listIds({ patientIds: ['cid'], practiceIds: [] }, 'Immunization')).includes(id))

  async function listIds(confinement: Parameters<typeof api.records.list>[0], type: string) {
    const { contents } = await api.records.list(confinement, { type, pageSize: 10 })
    return contents.map((content) => JSON.parse(content).id as string)
  }
})

test('a record about two patients is in both records, and once on the panel', async () => {
  await using api = await openOak()
  const shared = {
    resourceType: 'Provenance',
    id: 'p1',
    target: [about('ada'), about('bob')],
    recorded: '2024-01-01T00:00:00Z',
    agent: [{ who: { display: 'x' } }],
  }
  await api.write('oak', shared)
  for (const confinement of [ada, bob, oak]) {
    const { count, contents } = await api.records.list(confinement, { type: 'Provenance', pageSize: 10 })
    assert.deepEqual([count, contents.length], [1, 1])
  }
})

test('versions order a history, whatever the clock did', async () => {
  await using api = await openOak()
  const begun = api.time.now
  const statuses = ['not-done', 'entered-in-error', 'completed', 'not-done']
  for (const [index, status] of statuses.entries()) {
    // Each a day before the last one.
    api.time.now = begun - (index + 1) * 86_400_000
    await api.write('oak', immunization('i1', 'ada', { status }), immunization('i2', 'ada', { status }))
  }
  await api.records.transact('oak', (transaction) => transaction.remove('Immunization', 'i2'))
  api.time.now = begun - 30 * 86_400_000
  await api.write('oak', immunization('i2', 'ada'))
  const walk = async (id?: string) => {
    const found: Array<[id: string, version: number]> = []
    let after: VersionQuery['after']
    do {
      const page = await api.records.listVersions(ada, { type: 'Immunization', id, pageSize: 2, after })
      found.push(...page.versions.map((each): [string, number] => [each.id, Number(each.version_id)]))
      after = page.next
    } while (after)
    return found
  }
  const downFrom = (id: string, version: number) =>
    Array.from({ length: version }, (_, index) => [id, version - index])
  const ofType = await walk()
  for (const [id, last] of [
    ['i1', 5],
    ['i2', 6],
  ] as const) {
    assert.deepEqual(await walk(id), downFrom(id, last))
    assert.deepEqual(
      ofType.filter(([each]) => each === id),
      downFrom(id, last),
    )
  }
  // As an earlier version of the server stored it.
  await api.store.db
    .updateTable('record_version')
    .set({ last_updated: begun + 86_400_000 })
    .where('id', '=', 'i1')
    .where('version_id', '=', 2)
    .execute()
  assert.deepEqual(await walk('i1'), downFrom('i1', 5))
})
