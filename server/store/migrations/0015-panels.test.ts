import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFoundByValue } from '#fhir/search/by-value.ts'
import { openSeededApi, patient } from '../../../test/apis/seeded-api.ts'
import { markRows, moveDeletedPatients } from './0015-panels.ts'

test('rows from before are marked as those that are written now, and deleted patients leave the panel', async () => {
  await using api = await openSeededApi()
  const { db } = api.store
  await api.addPractice('oak')
  await api.write('oak', patient('ada'), patient('bob'), {
    resourceType: 'Observation',
    id: 'o1',
    status: 'final',
    identifier: [{ system: 'urn:lab', value: 'x1' }],
    code: { text: 'x' },
    subject: { reference: 'Patient/ada' },
    performer: [{ reference: 'Patient/bob' }, { reference: 'Practitioner/dr' }],
  })
  const marked = () =>
    db
      .selectFrom('record_text')
      .select(['parameter', 'value'])
      .where('by_value', '=', 1)
      .orderBy('parameter')
      .orderBy('value')
      .execute()
  const before = await marked()
  assert.deepEqual(
    before
      .filter(({ value }) => value === 'x1' || value.startsWith('Patient/'))
      .map(({ value }) => value)
      .toSorted(),
    ['Patient/bob', 'x1'],
  )
  await db.updateTable('record_text').set({ by_value: 0 }).execute()
  await markRows(db as never)
  assert.deepEqual(await marked(), before)
  assert.equal(isFoundByValue('Patient', { kind: 'text', param: 'family', value: 'a', system: '' }), true)
  assert.equal(isFoundByValue('Patient', { kind: 'text', param: 'gender', value: 'a', system: '' }), false)

  // As it was: the deletion left the patient on the panel.
  await db.deleteFrom('record').where('patient_id', '=', 'bob').execute()
  await db
    .insertInto('record_version')
    .values({
      patient_id: 'bob',
      type: 'Patient',
      id: 'bob',
      version_id: 2,
      last_updated: 1,
      deleted: 1,
      content: '',
    })
    .execute()
  await moveDeletedPatients(db as never)
  const panel = await db.selectFrom('practice_patient').select('patient_id').execute()
  assert.deepEqual(
    panel.map(({ patient_id }) => patient_id),
    ['ada'],
  )
  const former = await db.selectFrom('practice_former_patient').select('patient_id').execute()
  assert.deepEqual(
    former.map(({ patient_id }) => patient_id),
    ['bob'],
  )
})
