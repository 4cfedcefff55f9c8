import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { testData, testDataFolder } from '../../test/support/test-data.ts'
import type { R4Table } from '../validation/definition-tables.ts'
import r4Table from '../validation/r4-definitions.json' with { type: 'json' }
import { memberships } from './about-the-patient.ts'
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
    { display: 'an oyster bed' },
  ])
    assert.equal(isAboutOthers(subject), true, JSON.stringify(subject))
  for (const subject of [
    mia,
    { reference: 'https://other.example/fhir/Patient/1' },
    { reference: 'https://other.example/7' },
    { reference: 'urn:uuid:1' },
    { reference: 'Patient?identifier=7' },
    { reference: '' },
    {},
  ])
    assert.equal(isAboutOthers(subject), false, JSON.stringify(subject))
  const account = (...subject: object[]) => subjectsOf({ resourceType: 'Account', subject })
  assert.equal(account({ reference: 'Device/1' }, { reference: 'Location/1' })?.isAboutOthers, true)
  assert.equal(account({ reference: 'Device/1' }, { reference: 'urn:uuid:1' })?.isAboutOthers, false)
  assert.equal(account({ reference: 'Device/1' }, mia)?.isAboutOthers, false)
  assert.equal(account()?.isAboutOthers, true)
  // Where R4 asks for a subject, one that is missing is a mistake.
  assert.equal(subjectsOf({ resourceType: 'Condition' })?.isAboutOthers, false)
  for (const [type, { mayBeAbsent = false, elements, otherwise }] of memberships) {
    const [element = ''] = elements
    if (otherwise !== 'refused' || element === '') continue
    const { elements: specs = {} } = (r4Table as unknown as R4Table).types[type] ?? {}
    assert.equal(specs[element]?.startsWith('0..'), mayBeAbsent, type)
  }
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

/** A patient of another server is nobody's here. */
const foreignPatients = [
  'QuestionnaireResponse-bb',
  'QuestionnaireResponse-ussg-fht-answers',
  'ServiceRequest-myringotomy',
]

test('every example that R4 publishes is about a patient, about others, or about nobody', (t) => {
  const folder = testData('r4-examples')
  if (!folder) return t.skip(`The examples of R4 are not in ${testDataFolder()}/r4-examples`)
  const refused = readdirSync(folder).filter((name) => {
    const subjects = subjectsOf(JSON.parse(readFileSync(join(folder, name), 'utf8')))
    return subjects?.otherwise === 'refused' && subjects.patientIds.length === 0 && !subjects.isAboutOthers
  })
  assert.deepEqual(
    refused.map((name) => name.replace(/\.json$/, '')),
    foreignPatients,
  )
})
