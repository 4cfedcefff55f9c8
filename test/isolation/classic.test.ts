import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { classicTypes } from '#server/apis/classic/classic.ts'
import { hiddenIds, openTwoPractices, practices, type TwoPractices, visibleIds } from './two-practices.ts'

/** What tells one answer from another, without the id of the request. */
const withoutRequest = (text: string) => text.replaceAll(/req_\w+/g, '')

describe('the classic API shows each reader exactly what the grant covers', () => {
  let api: TwoPractices
  before(async () => {
    api = await openTwoPractices()
  })
  after(() => api[Symbol.asyncDispose]())

  test('in lists, page by page, with the right count', async () => {
    for (const reader of api.readers)
      for (const { type } of classicTypes) {
        const pages = await api.walk(`${type}?page-size=1`, reader.token)
        const ids = pages.flatMap(({ results }) => results.map(({ id }) => id))
        const where = `${type} for ${reader.name}`
        assert.deepEqual(ids.toSorted(), visibleIds(type, reader), where)
        for (const { count } of pages) assert.equal(count, ids.length, where)
      }
  })

  test('by id; what is hidden answers like what does not exist', async () => {
    for (const reader of api.readers)
      for (const { type } of classicTypes) {
        for (const id of visibleIds(type, reader))
          assert.equal((await api.get(`${type}/${id}`, reader.token)).json.id, id)
        const missing = await api.get(`${type}/no-such-id`, reader.token)
        assert.equal(missing.status, 404)
        for (const id of hiddenIds(type, reader)) {
          const hidden = await api.get(`${type}/${id}`, reader.token)
          assert.equal(hidden.status, 404, `${type}/${id} for ${reader.name}`)
          assert.equal(withoutRequest(hidden.text), withoutRequest(missing.text))
        }
      }
  })

  test('with the filter _id, which only narrows', async () => {
    for (const reader of api.readers)
      for (const { type } of classicTypes) {
        const all = [...visibleIds(type, reader), ...hiddenIds(type, reader)]
        const { json } = await api.get(`${type}?_id=${all.join(',')}`, reader.token)
        assert.deepEqual(json.results.map(({ id }) => id).toSorted(), visibleIds(type, reader))
      }
  })

  test('with the filter patient, which only narrows', async () => {
    const types = classicTypes.filter(({ hasPatient }) => hasPatient).map(({ type }) => type)
    const everybody = Object.values(practices).flat()
    const cases = api.readers.flatMap((reader) =>
      types.flatMap((type) => everybody.map((patientId) => ({ reader, type, patientId }))),
    )
    for (const { reader, type, patientId } of cases) {
      const { json } = await api.get(`${type}?patient=${patientId}`, reader.token)
      const wanted = visibleIds(type, {
        ...reader,
        patients: reader.patients.filter((id) => id === patientId),
      })
      const found = json.results.map(({ id }) => id)
      assert.deepEqual(
        [found, json.count],
        [wanted, wanted.length],
        `${type} of ${patientId} for ${reader.name}`,
      )
    }
  })

  test('never more through the cursor of another reader', async () => {
    const [patient, , provider, staff] = api.readers
    const first = await api.get('Observation?page-size=1', provider?.token)
    const cursor = new URL(first.json.next ?? '').searchParams.get('cursor') ?? ''
    for (const reader of [patient, staff]) {
      const { status, json } = await api.get(`Observation?page-size=1&cursor=${cursor}`, reader?.token)
      assert.equal(status, 200)
      const visible = visibleIds('Observation', reader as NonNullable<typeof reader>)
      for (const { id } of json.results) assert.ok(visible.includes(id), id)
    }
  })

  test('at once after an association has ended', async () => {
    const { token, accountId } = await api.issueToken([
      { role: 'patient', practiceId: 'oak', patientId: 'ada' },
    ])
    assert.equal((await api.get('Observation', token)).json.count, 1)
    await api.endAssociations(accountId)
    for (const path of ['Observation', 'Observation/ada-observation', 'Practitioner/oak-practitioner'])
      assert.equal((await api.get(path, token)).status, 401)
  })
})
