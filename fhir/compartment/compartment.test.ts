import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { canBeAboutNobody, canBeAboutPatient, findSubjects, isCitable } from './compartment.ts'

const subjectsOf = (resource: object) => findSubjects(resource as Resource)
const mia = { reference: 'Patient/mia' }

test('a record is about whom its subject names', () => {
  const cases: object[] = [
    { resourceType: 'Patient', id: 'mia' },
    { resourceType: 'Observation', subject: mia },
    { resourceType: 'Immunization', patient: mia },
    { resourceType: 'Coverage', beneficiary: mia },
    { resourceType: 'Provenance', target: [mia] },
    { resourceType: 'Device', patient: mia },
  ]
  for (const resource of cases) assert.deepEqual(subjectsOf(resource)?.patientIds, ['mia'])
})

test('who wrote, did, paid or is related to something does not make it theirs', () => {
  const anna = { reference: 'Patient/anna' }
  const cases: object[] = [
    { resourceType: 'Observation', subject: mia, performer: [anna] },
    { resourceType: 'Coverage', beneficiary: mia, subscriber: anna, policyHolder: anna, payor: [anna] },
    { resourceType: 'AllergyIntolerance', patient: mia, recorder: anna, asserter: anna },
    { resourceType: 'Condition', subject: mia, asserter: anna },
    { resourceType: 'Patient', id: 'mia', link: [{ other: anna, type: 'seealso' }] },
  ]
  for (const resource of cases) assert.deepEqual(subjectsOf(resource)?.patientIds, ['mia'])
})

test('a record about other records is about whoever those are about', () => {
  const provenance = { resourceType: 'Provenance', target: [{ reference: 'Observation/o1' }, mia] }
  assert.deepEqual(subjectsOf(provenance), {
    patientIds: ['mia'],
    through: ['Observation/o1'],
    otherwise: 'practice',
    isAboutOthers: false,
  })
})

test('a reference that is foreign, conditional or of another type names no patient', () => {
  for (const reference of [
    'https://other.example/Patient/mia',
    'Patient?identifier=1',
    'Group/1',
    '#mia',
    '',
  ])
    assert.deepEqual(
      subjectsOf({ resourceType: 'Observation', subject: { reference } })?.patientIds,
      [],
      reference,
    )
})

test('a subject that says it is no patient is another, one that could be a patient is not', () => {
  const isAboutOthers = (subject: object) =>
    subjectsOf({ resourceType: 'Observation', subject })?.isAboutOthers
  for (const subject of [
    { reference: 'Group/1' },
    { reference: 'Location/1/_history/2' },
    { reference: '#p' },
    { reference: 'https://other.example/fhir/Device/1' },
    { reference: 'https://other.example/7', type: 'Device' },
    { identifier: { value: '7' } },
  ])
    assert.equal(isAboutOthers(subject), true, JSON.stringify(subject))
  for (const subject of [
    mia,
    { reference: 'https://other.example/fhir/Patient/1' },
    { reference: 'https://other.example/7' },
    { reference: 'urn:uuid:1' },
    { reference: 'Patient?identifier=7' },
    { reference: '' },
    { display: 'somebody' },
    {},
  ])
    assert.equal(isAboutOthers(subject), false, JSON.stringify(subject))
  const account = (...subject: object[]) => subjectsOf({ resourceType: 'Account', subject })
  assert.equal(account({ reference: 'Device/1' }, { reference: 'Location/1' })?.isAboutOthers, true)
  assert.equal(account({ reference: 'Device/1' }, { reference: 'urn:uuid:1' })?.isAboutOthers, false)
  assert.equal(account({ reference: 'Device/1' }, mia)?.isAboutOthers, false)
  assert.equal(account()?.isAboutOthers, false)
})

test('what must be about somebody, what is shared and what is the practice’s alone', () => {
  assert.equal(subjectsOf({ resourceType: 'Observation' })?.otherwise, 'refused')
  for (const type of ['Practitioner', 'Organization', 'Location', 'Medication', 'PractitionerRole'])
    assert.deepEqual(
      [isCitable(type), canBeAboutPatient(type), canBeAboutNobody(type)],
      [true, false, true],
      type,
    )
  assert.deepEqual(
    [isCitable('Device'), canBeAboutPatient('Device'), canBeAboutNobody('Device')],
    [true, true, true],
  )
  assert.deepEqual([isCitable('List'), canBeAboutNobody('List')], [false, true])
  assert.deepEqual([isCitable('Observation'), canBeAboutNobody('Observation')], [false, false])
})

test('what is no record of R4 is not taken', () => {
  for (const resourceType of ['Spaceship', 'OperationOutcome', 'constructor', ''])
    assert.equal(subjectsOf({ resourceType }), undefined, resourceType)
})
