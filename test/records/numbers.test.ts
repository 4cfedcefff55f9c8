import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { createRecords } from '#server/records/records.ts'
import { systemRandom } from '#server/secrets.ts'
import { startClock } from '../support/start-app.ts'
import { openTestStore } from '../support/test-store.ts'

const patient = (id: string): Resource => ({ resourceType: 'Patient', id })

const observation = (id: string, patientId: string, status = 'final'): Resource =>
  ({
    resourceType: 'Observation',
    id,
    status,
    code: { text: id },
    subject: { reference: `Patient/${patientId}` },
  }) as Resource

test('a record keeps its number through its versions, and a new one never gets that of a row that is replaced with it', async () => {
  const store = await openTestStore()
  const { db } = store
  await db
    .insertInto('practice')
    .values({ id: 'oak', name: 'Oak', kind: 'practice', organization_id: 'o', created_at: 0 })
    .execute()
  const records = createRecords({ db, clock: startClock(), random: systemRandom })
  const write = (...resources: Resource[]) =>
    records.write(resources.map((resource) => ({ practiceId: 'oak', resource })))
  const numbers = async () => {
    const rows = await db.selectFrom('record').select(['no', 'id', 'patient_id']).execute()
    return new Map(rows.map(({ no, id, patient_id }) => [`${id} of ${patient_id}`, no]))
  }
  await write(patient('ana'), patient('ben'), observation('one', 'ana'), observation('last', 'ana'))
  const before = await numbers()
  // `last`, which has the highest number, goes to another patient; `one` stays; `new` comes.
  await write(
    observation('new', 'ana'),
    observation('last', 'ben'),
    observation('one', 'ana', 'amended'),
    observation('newer', 'ana'),
  )
  const after = await numbers()
  assert.equal(after.get('one of ana'), before.get('one of ana'))
  assert.deepEqual([...after.keys()].sort(), [
    'ana of ana',
    'ben of ben',
    'last of ben',
    'new of ana',
    'newer of ana',
    'one of ana',
  ])
  assert.equal(new Set(after.values()).size, after.size)
  // Every row of the index leads to the record whose words it has.
  const words = await db
    .selectFrom('record_text')
    .innerJoin('record', (join) =>
      join
        .onRef('record.patient_id', '=', 'record_text.patient_id')
        .onRef('record.no', '=', 'record_text.record_no'),
    )
    .where('record.type', '=', 'Observation')
    .where('record_text.value', 'in', ['one', 'last', 'new', 'newer'])
    .select(['record.id', 'record_text.value'])
    .distinct()
    .execute()
  assert.deepEqual(words.map(({ id, value }) => `${id} ${value}`).sort(), [
    'last last',
    'new new',
    'newer newer',
    'one one',
  ])
  await store.close()
})
