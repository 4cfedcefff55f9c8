import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parameterNumber } from '#server/records/search/parameter-number.ts'
import { up as followCorrections } from '#server/store/migrations/0031-compartments.ts'
import type { SeededApi } from '../apis/seeded-api.ts'
import { about, openSeededApi, patient } from '../apis/seeded-api.ts'

const base = '/fhir/r4'

const observation = (id: string, patientId: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: `of ${patientId}` },
  subject: about(patientId),
  ...more,
})

const provenance = (id: string, ...targets: string[]) => ({
  resourceType: 'Provenance',
  id,
  target: targets.map((reference) => ({ reference })),
  recorded: '2024-01-01T00:00:00Z',
  agent: [{ who: { display: `Author of ${id}` } }],
})

const ways = ['put', 'patch', 'transaction', 'transaction-patch', 'conditional', 'import'] as const
type Way = (typeof ways)[number]

/** A practice with two patients; what is about ada belongs to bob, and for each way there is one to correct. */
async function openOak() {
  const api = await openSeededApi()
  await api.addPractice('oak')
  await api.write(
    'oak',
    ...[patient('ada'), patient('bob')],
    observation('stays', 'ada'),
    ...ways.flatMap((way) => [
      observation(way, 'ada', { identifier: [{ system: 'urn:way', value: way }] }),
      provenance(`of-${way}`, `Observation/${way}`),
      provenance(`both-${way}`, `Observation/stays`, `Observation/${way}/_history/1`),
      { ...provenance(`second-${way}`, `Provenance/of-${way}`) },
    ]),
  )
  const oak = { practiceId: 'oak' } as const
  const issue = (patientId: string) =>
    api
      .issueToken([{ ...oak, role: 'patient', patientId }], { scopes: ['patient/*.rs'] })
      .then(({ token }) => token)
  const writer = await api.issueToken([{ ...oak, role: 'provider' }], { scopes: ['user/*.cruds'] })
  return Object.assign(api, { ada: await issue('ada'), bob: await issue('bob'), writer: writer.token })
}

type Oak = Awaited<ReturnType<typeof openOak>>

/** Moves the Observation of a way to bob. */
async function correct(api: Oak, way: Way): Promise<void> {
  const path = `${base}/Observation/${way}`
  const corrected = observation(way, 'bob', { identifier: [{ system: 'urn:way', value: way }] })
  const send = async (request: Omit<Parameters<SeededApi['send']>[0], 'token'>) => {
    const { status, text } = await api.send({ ...request, token: api.writer })
    assert.equal(status, 200, `${way}: ${text}`)
  }
  if (way === 'put') return send({ method: 'PUT', path, body: corrected })
  if (way === 'conditional')
    return send({ method: 'PUT', path: `${base}/Observation?identifier=urn:way|${way}`, body: corrected })
  if (way === 'import') return api.write('oak', corrected)
  const replacing = [{ op: 'replace', path: '/subject/reference', value: 'Patient/bob' }]
  if (way === 'patch')
    return send({
      ...{ method: 'PATCH', path, body: JSON.stringify(replacing) },
      headers: { 'content-type': 'application/json-patch+json' },
    })
  const patched = {
    ...{ resourceType: 'Binary', contentType: 'application/json-patch+json' },
    data: Buffer.from(JSON.stringify(replacing)).toString('base64'),
  }
  const entry =
    way === 'transaction'
      ? [{ resource: corrected, request: { method: 'PUT', url: `Observation/${way}` } }]
      : [{ resource: patched, request: { method: 'PATCH', url: `Observation/${way}` } }]
  return send({ method: 'POST', path: base, body: { resourceType: 'Bundle', type: 'transaction', entry } })
}

/** The ids in whatever a list, a history or `$everything` shows. */
async function idsAt(api: Oak, path: string, token: string): Promise<string[]> {
  const { status, text } = await api.get(path, token)
  assert.equal(status, 200, `${path} ${text}`)
  const { entry = [], results = [] } = JSON.parse(text) as {
    entry?: Array<{ resource?: { id: string } }>
    results?: Array<{ id: string }>
  }
  return [...entry.flatMap(({ resource }) => resource?.id ?? []), ...results.map(({ id }) => id)]
}

test('what is about a record goes with it to the patient whom the record is about now, by every way of writing', async () => {
  await using api = await openOak()
  for (const way of ways) {
    const [own, both] = [`of-${way}`, `both-${way}`]
    const read = async (id: string, token: string) =>
      (await api.get(`${base}/Provenance/${id}`, token)).status
    assert.equal(await read(own, api.ada), 200, way)
    assert.equal(await read(own, api.bob), 404, way)
    // Through one record, and not through two.
    assert.equal(await read(`second-${way}`, api.ada), 404, way)
    await correct(api, way)
    assert.equal(await read(own, api.ada), 404, way)
    assert.equal(await read(own, api.bob), 200, way)
    for (const token of [api.ada, api.bob]) assert.equal(await read(both, token), 200, way)
    const shown = (path: string, token: string) => idsAt(api, path, token)
    for (const path of [
      `${base}/Provenance?_count=100`,
      `${base}/Provenance?target=Observation/${way}`,
      `${base}/Provenance/_history?_count=100`,
      `${base}/Observation?_revinclude=Provenance:target&_count=100`,
      '/onpatient_api/fhir/Provenance?page-size=100',
    ]) {
      assert.equal((await shown(path, api.ada)).includes(own), false, `${way}: ${path}`)
      assert.equal((await shown(path, api.bob)).includes(own), true, `${way}: ${path}`)
      assert.equal((await shown(path, api.writer)).includes(own), true, `${way}: ${path}`)
    }
    assert.deepEqual(await shown(`${base}/Observation?_has:Provenance:target:_id=${own}`, api.ada), [])
    assert.deepEqual(await shown(`${base}/Observation?_has:Provenance:target:_id=${own}`, api.bob), [way])
    const everything = (id: string, token: string) =>
      shown(`${base}/Patient/${id}/$everything?_count=200`, token)
    assert.equal((await everything('ada', api.ada)).includes(own), false, way)
    assert.equal((await everything('bob', api.bob)).includes(own), true, way)
  }
  let exported = 0
  for await (const { records } of api.records.walk('oak'))
    exported += records.filter(({ type }) => type === 'Provenance').length
  assert.equal(exported, ways.length * 3)
})

test('what a corrected record said before is shown to neither patient, and to its practice', async () => {
  await using api = await openOak()
  const before = `${base}/Observation/put`
  const beforeOfIt = `${base}/Provenance/of-put`
  await api.send({ method: 'PUT', path: before, body: observation('put', 'ada'), token: api.writer })
  await correct(api, 'put')
  for (const address of [before, beforeOfIt])
    for (const token of [api.ada, api.bob]) {
      const { status } = await api.get(`${address}/_history/1`, token)
      assert.equal(status, 404, address)
    }
  assert.equal((await api.get(`${before}/_history`, api.ada)).status, 404)
  const versionsOf = async (address: string, token: string) =>
    (JSON.parse((await api.get(`${address}/_history`, token)).text).entry as object[]).length
  assert.equal(await versionsOf(before, api.bob), 1)
  assert.equal(await versionsOf(before, api.writer), 3)
  assert.equal(await versionsOf(beforeOfIt, api.writer), 2)
  for (const version of [1, 2, 3])
    assert.equal((await api.get(`${before}/_history/${version}`, api.writer)).status, 200)
  const ofType = await idsAt(api, `${base}/Observation/_history?_count=100`, api.ada)
  assert.equal(ofType.includes('put'), false)
  // Each moment has one version, also when the next one lies elsewhere.
  const moment = new Date(api.time.now).toISOString()
  api.time.now += 60_000
  const { status } = await api.send({
    ...{ method: 'PUT', path: before, token: api.writer },
    body: observation('put', 'bob', { status: 'amended' }),
  })
  assert.equal(status, 200)
  const at = await api.get(`${before}/_history?_at=${moment}`, api.writer)
  assert.deepEqual(
    JSON.parse(at.text).entry.map(({ resource }: { resource: { meta: object } }) => resource.meta),
    [{ versionId: '3', lastUpdated: moment }],
  )
})

test('a record that is deleted and comes back about somebody else takes what is about it along', async () => {
  await using api = await openOak()
  await api.records.transact('oak', async (transaction) => {
    await transaction.put([provenance('of-put', 'Observation/stays')] as never)
    await transaction.remove('Provenance', 'both-put')
    await transaction.remove('Observation', 'put')
  })
  assert.equal((await api.get(`${base}/Observation/put`, api.ada)).status, 410)
  await api.write('oak', provenance('early', 'Observation/put'))
  assert.equal((await api.get(`${base}/Provenance/early`, api.ada)).status, 404)
  await api.write('oak', observation('put', 'bob'))
  for (const path of ['Observation/put', 'Provenance/early']) {
    assert.equal((await api.get(`${base}/${path}`, api.ada)).status, 404, path)
    assert.equal((await api.get(`${base}/${path}`, api.bob)).status, 200, path)
  }
  assert.equal((await api.get(`${base}/Observation/put/_history/1`, api.ada)).status, 404)
  assert.equal((await api.get(`${base}/Observation/put/_history/1`, api.writer)).status, 200)
})

/** Every row that says with whom something lies, but for numbers that may differ. */
async function placesOf({ store: { db } }: Oak) {
  const [records, versions, index, cited] = await Promise.all([
    db.selectFrom('record').select(['patient_id', 'type', 'id', 'compartments']).execute(),
    db
      .selectFrom('record_version')
      .select(['patient_id', 'type', 'id', 'version_id', 'practice_id'])
      .execute(),
    db.selectFrom('record_text').select(['patient_id', 'parameter', 'value', 'by_value']).execute(),
    db.selectFrom('record_citation').selectAll().execute(),
  ])
  return Object.fromEntries(
    Object.entries({ records, versions, index, cited }).map(([name, rows]) => [
      name,
      rows.map((row) => JSON.stringify(row)).toSorted(),
    ]),
  )
}

test('what was stored before is with whom it is about now, and its past is its practice’s', async () => {
  await using api = await openOak()
  const { db } = api.store
  await correct(api, 'put')
  const expected = await placesOf(api)
  // As it was before: the versions stayed with ada, and so did what is about the record alone.
  await db
    .updateTable('record_version')
    .set({ patient_id: 'ada', practice_id: null })
    .where('id', '<>', 'both-put')
    .execute()
  const { no } = await db
    .selectFrom('record')
    .select('no')
    .where('id', '=', 'of-put')
    .executeTakeFirstOrThrow()
  await db.updateTable('record').set({ patient_id: 'ada' }).where('no', '=', no).execute()
  for (const table of ['record_text', 'record_range'] as const)
    await db.updateTable(table).set({ patient_id: 'ada' }).where('record_no', '=', no).execute()
  await db
    .updateTable('record_text')
    .set({ by_value: 0 })
    .where('parameter', '=', parameterNumber('Provenance', 'target'))
    .execute()
  await db.deleteFrom('practice_patient').where('patient_id', '=', '@oak').execute()
  assert.equal((await api.get(`${base}/Provenance/of-put`, api.ada)).status, 200)
  assert.equal((await api.get(`${base}/Observation/put/_history/1`, api.ada)).status, 200)
  await followCorrections(db as never)
  assert.deepEqual(await placesOf(api), expected)
  assert.equal((await api.get(`${base}/Provenance/of-put`, api.ada)).status, 404)
  assert.equal((await api.get(`${base}/Provenance/of-put`, api.bob)).status, 200)
  assert.equal((await api.get(`${base}/Observation/put/_history/1`, api.ada)).status, 404)
  assert.equal((await api.get(`${base}/Observation/put/_history/1`, api.writer)).status, 200)
})
