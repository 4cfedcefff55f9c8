import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadValidator } from './validate.ts'

const validator = await loadValidator()

/** Each error as `code place`. */
function errorsIn(resource: unknown, profiles: string[] = []): string[] {
  return validator
    .validate(resource, { profiles })
    .filter(({ severity }) => severity === 'error')
    .map(({ code, expression }) => `${code} ${expression}`)
}

const patient = {
  resourceType: 'Patient',
  id: 'ada',
  meta: { versionId: '1', lastUpdated: '2025-01-02T03:04:05.678Z' },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Ada</div>' },
  identifier: [{ system: 'urn:oid:1.2.36.146.595.217.0.1', value: '12345' }],
  active: true,
  name: [{ use: 'official', family: 'Quill', given: ['Ada', 'May'] }],
  telecom: [{ system: 'phone', value: '555-0100', rank: 1 }],
  gender: 'female',
  birthDate: '1980-02-29',
  deceasedBoolean: false,
  contact: [{ name: { text: 'Bo Quill' } }],
  communication: [{ language: { text: 'English' } }],
  managingOrganization: { reference: 'Organization/oak' },
}

const observation = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '11524-6' }] },
  subject: { reference: 'Patient/ada' },
  effectiveDateTime: '2025-01-02T10:00:00+01:00',
  valueQuantity: { value: 70, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
}

/** What is changed about a good record, and the one error that this makes. */
const broken: Array<[name: string, resource: object, change: object, error: string]> = [
  ['an unknown element', patient, { nickname: 'A' }, 'structure Patient.nickname'],
  ['an unknown element below', patient, { name: [{ famliy: 'Quill' }] }, 'structure Patient.name[0].famliy'],
  ['an element with an odd name', patient, { 'a b': 1 }, 'structure Patient.`a b`'],
  ['a choice without its type', observation, { value: 'x' }, 'structure Observation.value'],
  [
    'a choice of a type that it has not',
    patient,
    { deceasedString: 'no' },
    'structure Patient.deceasedString',
  ],
  ['a choice with two types', patient, { deceasedDateTime: '2020' }, 'structure Patient.deceased'],
  ['a missing element', observation, { status: undefined }, 'required Observation.status'],
  [
    'a missing element below',
    patient,
    { communication: [{ preferred: true }] },
    'required Patient.communication[0].language',
  ],
  ['a value where an array belongs', patient, { name: { family: 'Quill' } }, 'structure Patient.name'],
  ['an array where a value belongs', patient, { gender: ['female'] }, 'structure Patient.gender'],
  ['an empty array', patient, { name: [] }, 'structure Patient.name'],
  ['an empty object', patient, { name: [{}] }, 'structure Patient.name[0]'],
  ['an empty text', patient, { name: [{ family: '' }] }, 'value Patient.name[0].family'],
  ['null', patient, { gender: null }, 'structure Patient.gender'],
  ['null in an array of objects', patient, { name: [null] }, 'structure Patient.name[0]'],
  [
    'null in an array of texts',
    patient,
    { name: [{ given: ['Ada', null] }] },
    'structure Patient.name[0].given[1]',
  ],
  ['text for an object', patient, { name: ['Ada'] }, 'structure Patient.name[0]'],
  ['an object for text', patient, { name: [{ family: { value: 'Q' } }] }, 'value Patient.name[0].family'],
  ['a number for text', patient, { name: [{ family: 7 }] }, 'value Patient.name[0].family'],
  ['text for a boolean', patient, { active: 'true' }, 'value Patient.active'],
  [
    'text for a number',
    observation,
    { valueQuantity: { value: '70' } },
    'value Observation.value.ofType(Quantity).value',
  ],
  [
    'a fraction for a whole number',
    patient,
    { deceasedBoolean: undefined, multipleBirthInteger: 1.5 },
    'value Patient.multipleBirth.ofType(integer)',
  ],
  ['zero for a positive number', patient, { telecom: [{ rank: 0 }] }, 'value Patient.telecom[0].rank'],
  ['an id with a space', patient, { id: 'a b' }, 'value Patient.id'],
  ['an id that is too long', patient, { id: 'a'.repeat(65) }, 'value Patient.id'],
  ['an address with a space', patient, { implicitRules: 'http://a b' }, 'value Patient.implicitRules'],
  ['a day that there is not', patient, { birthDate: '1981-02-29' }, 'value Patient.birthDate'],
  ['a date in words', patient, { birthDate: '29 February 1980' }, 'value Patient.birthDate'],
  ['a date with a time', patient, { birthDate: '1980-02-29T10:00:00Z' }, 'value Patient.birthDate'],
  [
    'a time without a zone',
    observation,
    { effectiveDateTime: '2025-01-02T10:00:00' },
    'value Observation.effective.ofType(dateTime)',
  ],
  ['a moment without a time', observation, { issued: '2025-01-02' }, 'value Observation.issued'],
  ['a code with a space at its end', patient, { language: 'en ' }, 'value Patient.language'],
  ['a code that is not of its list', patient, { gender: 'F' }, 'code-invalid Patient.gender'],
  [
    'a code below that is not of its list',
    patient,
    { name: [{ use: 'usual-ly', text: 'A' }] },
    'code-invalid Patient.name[0].use',
  ],
  [
    'text that is not base64',
    patient,
    { photo: [{ contentType: 'image/png', data: '*' }] },
    'value Patient.photo[0].data',
  ],
  [
    'a reference to a wrong type',
    patient,
    { managingOrganization: { reference: 'Patient/1' } },
    'value Patient.managingOrganization',
  ],
  [
    'a wrong type at an address',
    patient,
    { managingOrganization: { reference: 'https://a.example/fhir/Patient/1' } },
    'value Patient.managingOrganization',
  ],
  [
    'a reference to an unknown type',
    observation,
    { subject: { reference: 'Human/1' } },
    'value Observation.subject.reference',
  ],
  [
    'a type beside the reference',
    observation,
    { subject: { reference: 'Patient/1', type: 'Group' } },
    'value Observation.subject.type',
  ],
  [
    'a reference to nothing contained',
    observation,
    { subject: { reference: '#p' } },
    'value Observation.subject.reference',
  ],
  [
    'a script in the text',
    patient,
    { text: { status: 'generated', div: '<div>A<script>1</script></div>' } },
    'value Patient.text.div',
  ],
  [
    'a handler in the text',
    patient,
    { text: { status: 'generated', div: '<div onclick="x()">A</div>' } },
    'value Patient.text.div',
  ],
  [
    'text that is not XHTML',
    patient,
    { text: { status: 'generated', div: 'Ada' } },
    'value Patient.text.div',
  ],
  [
    'an extension without an address',
    patient,
    { extension: [{ valueString: 'a' }] },
    'required Patient.extension[0].url',
  ],
  [
    'an extension without a value',
    patient,
    { extension: [{ url: 'http://a.example/x' }] },
    'invariant Patient.extension[0]',
  ],
  [
    'an extension of two values',
    patient,
    { extension: [{ url: 'http://a.example/x', valueString: 'a', valueCode: 'b' }] },
    'structure Patient.extension[0].value',
  ],
  [
    'an extension of an object',
    patient,
    { _birthDate: { extension: [{ url: 'http://a.example/x' }] } },
    'invariant Patient.birthDate.extension[0]',
  ],
  [
    'a value beside a primitive',
    patient,
    { _birthDate: { value: '1980' } },
    'structure Patient.birthDate.value',
  ],
  ['what belongs to no primitive', patient, { _name: [{ id: 'a' }] }, 'structure Patient._name'],
  [
    'an object beside an array',
    patient,
    { name: [{ given: ['A'], _given: { id: 'a' } }] },
    'structure Patient.name[0].given',
  ],
  [
    'a contained resource that nothing refers to',
    patient,
    { contained: [{ resourceType: 'Basic', id: 'b', code: { text: 'x' } }] },
    'invariant Patient.contained[0]',
  ],
  [
    'an unknown contained resource',
    patient,
    {
      contained: [{ resourceType: 'HumanName', id: 'n' }],
      link: [{ type: 'seealso', other: { reference: '#n' } }],
    },
    'structure Patient.contained[0].resourceType',
  ],
  ['a contact without anything', patient, { contact: [{ gender: 'male' }] }, 'invariant Patient.contact[0]'],
  [
    'a period that ends before it starts',
    patient,
    { name: [{ text: 'A', period: { start: '2020-05', end: '2020-04-30' } }] },
    'invariant Patient.name[0].period',
  ],
  [
    'a value beside its absence',
    observation,
    { dataAbsentReason: { text: 'unknown' } },
    'invariant Observation',
  ],
  [
    'a code of a unit without its system',
    observation,
    { valueQuantity: { value: 1, code: '/min' } },
    'invariant Observation.value.ofType(Quantity)',
  ],
  [
    'a comparator in a range',
    observation,
    { referenceRange: [{ low: { value: 1, comparator: '<' } }] },
    'invariant Observation.referenceRange[0].low',
  ],
]

test('good records have no errors', () => {
  assert.deepEqual(errorsIn(patient), [])
  assert.deepEqual(errorsIn(observation), [])
})

const absent = {
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
}
const { subject: _subject, status: _status, valueQuantity: _value, ...unfinished } = observation
const vague = { ...unfinished, status: 'final' }
const uuid = 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520'

const unusual: Array<[name: string, resource: object]> = [
  ['extensions in place of a value', { resourceType: 'Patient', _birthDate: absent }],
  [
    'extensions in place of one of several values',
    { resourceType: 'Patient', name: [{ given: [null, 'May'], _given: [absent, null] }] },
  ],
  ['extensions in place of all values', { resourceType: 'Patient', name: [{ _given: [absent] }] }],
  ['an id beside a value', { ...patient, _birthDate: { id: 'b' } }],
  ['extensions in place of what must be there', { ...unfinished, _status: absent }],
  ['extensions in place of a choice', { ...vague, _valueString: absent }],
  [
    'a contained resource',
    { ...vague, contained: [{ resourceType: 'Patient', id: 'p' }], subject: { reference: '#p' } },
  ],
  ['a reference within a Bundle', { ...vague, subject: { reference: uuid } }],
  ['a reference by identifier', { ...vague, subject: { type: 'Patient', identifier: { value: '1' } } }],
  ['a reference by condition', { ...vague, subject: { reference: 'Patient?identifier=a|b' } }],
  [
    'a reference to a version elsewhere',
    { ...vague, subject: { reference: 'https://a.example/fhir/Patient/1/_history/2' } },
  ],
  ['a leap second', { ...vague, effectiveDateTime: '2016-12-31T23:59:60Z' }],
  [
    'a month that ends with its last day',
    { resourceType: 'Patient', name: [{ text: 'A', period: { start: '2024-05', end: '2024-05-31' } }] },
  ],
  [
    'a day that ends elsewhere before it began here',
    {
      resourceType: 'Patient',
      name: [{ text: 'A', period: { start: '2024-05-02', end: '2024-05-01T20:00:00Z' } }],
    },
  ],
  [
    'a range of different units',
    { ...vague, referenceRange: [{ low: { value: 2, unit: 'm' }, high: { value: 1, unit: 'km' } }] },
  ],
  [
    'a team member of an organization',
    {
      resourceType: 'CareTeam',
      participant: [{ member: { reference: 'Practitioner/1' }, onBehalfOf: { reference: 'Organization/1' } }],
    },
  ],
  [
    'items within items',
    {
      resourceType: 'Questionnaire',
      status: 'active',
      item: [{ linkId: '1', type: 'group', item: [{ linkId: '2', type: 'boolean' }] }],
    },
  ],
  ['a Task', { resourceType: 'Task', status: 'requested', intent: 'order' }],
  [
    'a Task with both of its times',
    {
      resourceType: 'Task',
      status: 'requested',
      intent: 'order',
      authoredOn: '2024-01-01T00:00:00Z',
      lastModified: '2024-01-02T00:00:00Z',
    },
  ],
  [
    'a TestReport',
    {
      resourceType: 'TestReport',
      status: 'completed',
      testScript: { display: 'x' },
      result: 'pass',
      setup: { action: [{ operation: { result: 'pass' } }] },
    },
  ],
  [
    'a Bundle',
    {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [{ fullUrl: uuid, resource: patient, request: { method: 'POST', url: 'Patient' } }],
    },
  ],
]

for (const [name, resource] of unusual)
  test(`${name} is no error`, () => {
    assert.deepEqual(errorsIn(resource), [])
  })

for (const [name, resource, change, error] of broken)
  test(`${name} is reported at its place`, () => {
    const wanted = error === '' ? [] : [error]
    assert.deepEqual(errorsIn(JSON.parse(JSON.stringify({ ...resource, ...change }))), wanted)
  })

test('an invariant is that of its type, though others have one of the same key', () => {
  const toldOf = (resource: unknown) =>
    validator
      .validate(resource)
      .map(({ expression, message }) => `${expression} ${message}`)
      .join()
  const task = { resourceType: 'Task', status: 'requested', intent: 'order' }
  const late = { ...task, authoredOn: '2024-01-02T00:00:00Z', lastModified: '2024-01-01T00:00:00Z' }
  assert.match(toldOf(late), /^Task Last modified date .*\(inv-1\)$/)
  const parameters = { resourceType: 'Parameters', parameter: [{ name: 'x' }] }
  assert.match(toldOf(parameters), /^Parameters.parameter\[0\] A parameter must have .*\(inv-1\)$/)
  const action = { operation: { result: 'pass' }, assert: { result: 'pass' } }
  const report = {
    resourceType: 'TestReport',
    status: 'completed',
    testScript: { display: 'x' },
    result: 'pass',
    setup: { action: [action] },
  }
  assert.match(toldOf(report), /^TestReport.setup.action\[0\] Setup action .*\(inv-1\)$/)
})
