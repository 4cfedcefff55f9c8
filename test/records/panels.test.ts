import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CompiledQuery, QueryExecutor } from 'kysely'
import { openSeededApi, patient } from '../apis/seeded-api.ts'

const base = '/fhir/r4'
const observation = (id: string, patientId: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: { reference: `Patient/${patientId}` },
})

async function openTwoPractices() {
  const api = await openSeededApi()
  await api.addPractice('oak')
  await api.addPractice('elm')
  await api.write('oak', patient('ada'), patient('bob'), observation('o1', 'ada'))
  const scopes = ['user/*.cruds']
  const [oak, elm] = [
    await api.issueToken([{ role: 'provider', practiceId: 'oak' }], { scopes }),
    await api.issueToken([{ role: 'provider', practiceId: 'elm' }], { scopes }),
  ]
  const panelOf = async (practiceId: string) =>
    (
      await api.store.db
        .selectFrom('practice_patient')
        .select('patient_id')
        .where('practice_id', '=', practiceId)
        .orderBy('patient_id')
        .execute()
    ).map(({ patient_id }) => patient_id)
  const remove = (path: string, token: string) =>
    api.send({ method: 'DELETE', path: `${base}/${path}`, token })
  return { api, oak: oak.token, elm: elm.token, panelOf, remove }
}

test('a patient whose last record is deleted leaves the panel, and the history stays readable there', async () => {
  const { api, oak, elm, panelOf, remove } = await openTwoPractices()
  await using _closing = api
  // While something refers to the patient the deletion is refused, and the patient stays.
  assert.equal((await remove('Patient/ada', oak)).status, 409)
  assert.deepEqual(await panelOf('oak'), ['ada', 'bob'])
  assert.equal((await remove('Observation/o1', oak)).status, 204)
  assert.deepEqual(await panelOf('oak'), ['ada', 'bob'])
  assert.equal((await remove('Patient/ada', oak)).status, 204)
  assert.deepEqual(await panelOf('oak'), ['bob'])

  for (const [path, status] of [
    ['Patient/ada', 410],
    ['Observation/o1', 410],
    ['Patient/ada/_history/1', 200],
    ['Patient/ada/_history/2', 410],
    ['Patient/ada/_history', 200],
  ] as const) {
    assert.equal((await api.get(`${base}/${path}`, oak)).status, status, path)
    assert.equal((await api.get(`${base}/${path}`, elm)).status, 404, path)
  }
  const ofType = await api.get(`${base}/Patient/_history`, oak)
  assert.equal(ofType.json.total, 3)
  const list = await api.get('/onpatient_api/fhir/Patient', oak)
  assert.deepEqual(
    list.json.results.map(({ id }) => id),
    ['bob'],
  )
})

test('nobody else takes a patient who has left, and who comes back is on the panel again', async () => {
  const { api, oak, elm, panelOf, remove } = await openTwoPractices()
  await using _closing = api
  assert.equal((await remove('Patient/bob', oak)).status, 204)
  const put = (token: string) =>
    api.send({ method: 'PUT', path: `${base}/Patient/bob`, token, body: patient('bob') })
  // Elm gets a patient of its own, under another id (decision 0028).
  assert.equal((await put(elm)).status, 201)
  assert.ok(!(await panelOf('elm')).includes('bob'))
  assert.equal((await api.get(`${base}/Patient/bob/_history/1`, elm)).status, 404)
  assert.equal((await put(oak)).status, 201)
  assert.deepEqual(await panelOf('oak'), ['ada', 'bob'])
  const former = await api.store.db.selectFrom('practice_former_patient').selectAll().execute()
  assert.deepEqual(former, [])
})

test('many deletions in one transaction read what is left of a patient once', async () => {
  const { api, oak } = await openTwoPractices()
  await using _closing = api
  const ids = Array.from({ length: 60 }, (_, index) => `d${index}`)
  await api.write('oak', ...ids.map((id) => observation(id, 'ada')))
  const walks = await countStatements(
    api.store.db.getExecutor(),
    /from "record" where "patient_id" = .* order by/,
    () =>
      api.send({
        method: 'POST',
        path: base,
        token: oak,
        body: {
          resourceType: 'Bundle',
          type: 'transaction',
          entry: ids.map((id) => ({ request: { method: 'DELETE', url: `Observation/${id}` } })),
        },
      }),
  )
  assert.equal(walks.result.status, 200, walks.result.text)
  assert.ok(walks.count <= 3, `${walks.count} walks for 60 deletions`)
})

async function countStatements<Result>(
  executor: QueryExecutor,
  pattern: RegExp,
  run: () => Promise<Result>,
): Promise<{ result: Result; count: number }> {
  const base = Object.getPrototypeOf(Object.getPrototypeOf(executor)) as QueryExecutor
  const { executeQuery } = base
  let count = 0
  base.executeQuery = function counting<Row>(this: QueryExecutor, compiled: CompiledQuery<Row>) {
    if (pattern.test(compiled.sql)) count += 1
    return executeQuery.call(this, compiled) as ReturnType<typeof executeQuery<Row>>
  }
  try {
    return { result: await run(), count }
  } finally {
    base.executeQuery = executeQuery
  }
}
