import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadValidator } from './validate.ts'

const validator = await loadValidator()
const usCore = 'http://hl7.org/fhir/us/core/StructureDefinition'
const loinc = 'http://loinc.org'
const ucum = 'http://unitsofmeasure.org'
const categories = 'http://terminology.hl7.org/CodeSystem/observation-category'

function claiming<Content extends object>(profile: string, content: Content, version = '6.1.0') {
  return { ...content, meta: { profile: [`${usCore}/${profile}|${version}`] } }
}

function errorsIn(resource: unknown): string[] {
  return validator
    .validate(JSON.parse(JSON.stringify(resource)))
    .filter(({ severity }) => severity === 'error')
    .map(({ code, expression }) => `${code} ${expression}`)
}

const coded = (system: string, code: string) => ({ coding: [{ system, code }] })
const quantity = (value: number, code: string) => ({ value, unit: code, system: ucum, code })
const omb = (code: string) => ({ system: 'urn:oid:2.16.840.1.113883.6.238', code })

const race = {
  url: `${usCore}/us-core-race`,
  extension: [
    { url: 'ombCategory', valueCoding: omb('2106-3') },
    { url: 'text', valueString: 'White' },
  ],
}

const patient = claiming('us-core-patient', {
  resourceType: 'Patient',
  identifier: [{ system: 'urn:oid:1.2', value: '1' }],
  name: [{ family: 'Quill', given: ['Ada'] }],
  gender: 'female',
  extension: [race],
})

const pressure = claiming('us-core-blood-pressure', {
  resourceType: 'Observation',
  status: 'final',
  category: [coded(categories, 'vital-signs')],
  code: coded(loinc, '85354-9'),
  subject: { reference: 'Patient/ada' },
  effectiveDateTime: '2025-01-02',
  component: [
    { code: coded(loinc, '8480-6'), valueQuantity: quantity(120, 'mm[Hg]') },
    { code: coded(loinc, '8462-4'), valueQuantity: quantity(80, 'mm[Hg]') },
  ],
})
const [systolic, diastolic] = pressure.component

const pulseOximetry = claiming('us-core-pulse-oximetry', {
  ...pressure,
  component: undefined,
  code: { coding: ['59408-5', '2708-6'].map((code) => ({ system: loinc, code })) },
  valueQuantity: quantity(97, '%'),
})

const laboratory = claiming('us-core-observation-lab', {
  ...pressure,
  component: undefined,
  category: [coded(categories, 'laboratory')],
  code: coded(loinc, '2339-0'),
  valueQuantity: quantity(5, 'mmol/L'),
})

const condition = claiming('us-core-condition-problems-health-concerns', {
  resourceType: 'Condition',
  clinicalStatus: coded('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
  category: [coded('http://terminology.hl7.org/CodeSystem/condition-category', 'problem-list-item')],
  code: { text: 'Asthma' },
  subject: { reference: 'Patient/ada' },
})

const procedure = claiming('us-core-procedure', {
  resourceType: 'Procedure',
  status: 'completed',
  code: { text: 'Suture' },
  subject: { reference: 'Patient/ada' },
  performedDateTime: '2024-03-01',
})

const practitioner = claiming('us-core-practitioner', {
  resourceType: 'Practitioner',
  identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567893' }],
  name: [{ family: 'Fern' }],
})

const role = claiming('us-core-practitionerrole', {
  resourceType: 'PractitionerRole',
  practitioner: { reference: 'Practitioner/fern' },
  telecom: [{ system: 'phone', value: '555-0100' }],
})

const provenance = claiming('us-core-provenance', {
  resourceType: 'Provenance',
  target: [{ reference: 'Patient/ada' }],
  recorded: '2025-01-02T03:04:05Z',
  agent: [
    {
      type: coded('http://terminology.hl7.org/CodeSystem/provenance-participant-type', 'author'),
      who: { reference: 'Practitioner/fern' },
      onBehalfOf: { reference: 'Organization/oak' },
    },
  ],
})

const plan = claiming('us-core-careplan', {
  resourceType: 'CarePlan',
  text: { status: 'generated', div: '<div>Plan</div>' },
  status: 'active',
  intent: 'plan',
  category: [coded('http://hl7.org/fhir/us/core/CodeSystem/careplan-category', 'assess-plan')],
  subject: { reference: 'Patient/ada' },
})

const good = {
  patient,
  pressure,
  pulseOximetry,
  laboratory,
  condition,
  procedure,
  practitioner,
  role,
  provenance,
  plan,
}

for (const [name, resource] of Object.entries(good))
  test(`a ${name} that keeps its profile has no errors`, () => {
    assert.deepEqual(errorsIn(resource), [])
  })

const withRace = (...extension: object[]) => ({ extension: [{ ...race, extension }] })
const raceText = { url: 'text', valueString: 'White' }

/** What is changed about a good record, and the one error that this makes. */
const broken: Array<[name: string, resource: object, change: object, error: string]> = [
  ['a patient without a name', patient, { name: undefined }, 'required Patient.name'],
  ['a patient without a gender', patient, { gender: undefined }, 'required Patient.gender'],
  [
    'an identifier without a system',
    patient,
    { identifier: [{ value: '1' }] },
    'required Patient.identifier[0].system',
  ],
  ['a name of nobody', patient, { name: [{ use: 'official' }] }, 'invariant Patient.name[0]'],
  [
    'a telecom without a system',
    patient,
    { telecom: [{ use: 'home' }] },
    'required Patient.telecom[0].system,required Patient.telecom[0].value',
  ],
  ['the race twice', patient, { extension: [race, race] }, 'structure Patient.extension'],
  [
    'a race without text',
    patient,
    withRace({ url: 'ombCategory', valueCoding: omb('2106-3') }),
    'required Patient.extension[0].extension',
  ],
  [
    'a race in words',
    patient,
    withRace(raceText, { url: 'ombCategory', valueString: 'White' }),
    'structure Patient.extension[0].extension[1].value.ofType(string)',
  ],
  ['two texts of a race', patient, withRace(raceText, raceText), 'structure Patient.extension[0].extension'],
  [
    'a birth sex of a wrong type',
    patient,
    { extension: [{ url: `${usCore}/us-core-birthsex`, valueString: 'F' }] },
    'structure Patient.extension[0].value.ofType(string)',
  ],
  [
    'a blood pressure without a systolic one',
    pressure,
    { component: [diastolic, { ...diastolic, code: { text: 'other' } }] },
    'required Observation.component',
  ],
  [
    'a blood pressure with two systolic ones',
    pressure,
    { component: [systolic, systolic, diastolic] },
    'structure Observation.component',
  ],
  [
    'a blood pressure of one part',
    pressure,
    { component: [systolic] },
    'required Observation.component,required Observation.component',
  ],
  ['another code for a blood pressure', pressure, { code: coded(loinc, '8867-4') }, 'value Observation.code'],
  [
    'a blood pressure in another unit',
    pressure,
    { component: [systolic, { ...diastolic, valueQuantity: quantity(10, 'kPa') }] },
    'value Observation.component[1].value.ofType(Quantity).code',
  ],
  [
    'a blood pressure without a unit',
    pressure,
    { component: [systolic, { ...diastolic, valueQuantity: { value: 80, system: ucum, code: 'mm[Hg]' } }] },
    'required Observation.component[1].value.ofType(Quantity).unit',
  ],
  [
    'a blood pressure in words',
    pressure,
    { component: [systolic, { ...diastolic, valueQuantity: undefined, valueString: 'high' }] },
    'structure Observation.component[1].value.ofType(string)',
  ],
  [
    'a part without a value',
    pressure,
    { component: [systolic, { ...diastolic, valueQuantity: undefined }] },
    'invariant Observation.component[1],invariant Observation.component[1]',
  ],
  [
    'a vital sign without its category',
    pressure,
    { category: [coded(categories, 'exam')] },
    'required Observation.category',
  ],
  [
    'a vital sign without a time',
    pressure,
    { effectiveDateTime: undefined },
    'required Observation.effective',
  ],
  [
    'a vital sign at a moment',
    pressure,
    { effectiveDateTime: undefined, effectiveInstant: '2025-01-02T03:04:05Z' },
    'structure Observation.effective.ofType(instant)',
  ],
  ['a vital sign of a device', pressure, { subject: { reference: 'Device/1' } }, 'value Observation.subject'],
  [
    'a pulse oximetry with one code',
    pulseOximetry,
    {
      code: {
        coding: [
          { system: loinc, code: '2708-6' },
          { system: loinc, code: '1' },
        ],
      },
    },
    'required Observation.code.coding',
  ],
  [
    'a pulse oximetry in another unit',
    pulseOximetry,
    { valueQuantity: quantity(0.97, '1') },
    'value Observation.value.ofType(Quantity).code',
  ],
  [
    'a laboratory result without a subject',
    laboratory,
    { subject: undefined },
    'required Observation.subject',
  ],
  [
    'a laboratory result that says nothing',
    laboratory,
    { valueQuantity: undefined },
    'invariant Observation',
  ],
  [
    'a laboratory result of another category',
    laboratory,
    { category: [coded(categories, 'survey')] },
    'required Observation.category',
  ],
  [
    'a problem of no category of the list',
    condition,
    { category: [coded('http://terminology.hl7.org/CodeSystem/condition-category', 'encounter-diagnosis')] },
    'required Condition.category',
  ],
  [
    'a problem with an unknown status',
    condition,
    { clinicalStatus: coded('http://terminology.hl7.org/CodeSystem/condition-clinical', 'better') },
    'code-invalid Condition.clinicalStatus',
  ],
  ['a problem without a code', condition, { code: undefined }, 'required Condition.code'],
  ['a procedure done at no time', procedure, { performedDateTime: undefined }, 'invariant Procedure'],
  ['a procedure without a code', procedure, { code: undefined }, 'required Procedure.code'],
  ['a practitioner without a name', practitioner, { name: undefined }, 'required Practitioner.name'],
  [
    'an NPI with letters',
    practitioner,
    { identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: 'x' }] },
    'invariant Practitioner.identifier[0]',
  ],
  [
    'an NPI with a wrong last digit',
    practitioner,
    { identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567890' }] },
    'invariant Practitioner.identifier[0]',
  ],
  ['a role that cannot be reached', role, { telecom: undefined }, 'invariant PractitionerRole'],
  [
    'an author without an organization',
    provenance,
    { agent: [{ ...provenance.agent[0], onBehalfOf: undefined }] },
    'invariant Provenance.agent[0]',
  ],
  ['a provenance of no author', provenance, { agent: [] }, 'structure Provenance.agent'],
  ['a care plan of no category', plan, { category: [{ text: 'other' }] }, 'required CarePlan.category'],
  [
    'a narrative of another status',
    plan,
    { text: { status: 'empty', div: '<div>Plan</div>' } },
    'code-invalid CarePlan.text.status',
  ],
  [
    'another type than that of the profile',
    { ...role, resourceType: 'Patient', practitioner: undefined },
    {},
    'value Patient.meta.profile[0]',
  ],
]

for (const [name, resource, change, error] of broken)
  test(`${name} is reported at its place`, () => {
    assert.equal(errorsIn({ ...resource, ...change }).join(), error)
  })

const withoutGender = { ...patient, gender: undefined }

test('without a version a record may keep either: 8.0 does not ask for what 6.1 asked for', () => {
  assert.deepEqual(errorsIn(claiming('us-core-patient', withoutGender, '6.1.0')), ['required Patient.gender'])
  assert.deepEqual(errorsIn(claiming('us-core-patient', withoutGender, '8.0.0')), [])
  assert.deepEqual(errorsIn({ ...withoutGender, meta: { profile: [`${usCore}/us-core-patient`] } }), [])
})

test('a correction of a version asks what the version asks', () => {
  const nameless = claiming('us-core-patient', { ...patient, name: undefined }, '8.0.1')
  assert.deepEqual(errorsIn(nameless), ['required Patient.name'])
})

test('a profile that is not known is a warning at its place', () => {
  for (const profile of ['http://a.example/profile', `${usCore}/us-core-patient|7.0.0`]) {
    const issues = validator.validate({ ...patient, meta: { profile: [profile] } })
    assert.deepEqual(
      issues.map(({ severity, code, expression }) => [severity, code, expression]),
      [['warning', 'not-found', 'Patient.meta.profile[0]']],
    )
  }
})

test('a profile may be named by the caller', () => {
  const { name: _name, meta: _meta, ...record } = patient
  assert.deepEqual(validator.validate(record), [])
  const [issue] = validator.validate(record, { profiles: [`${usCore}/us-core-patient`] })
  assert.equal(issue?.expression, 'Patient.name')
  assert.match(issue?.message ?? '', /us-core-patient/)
})

test('what a Bundle, a Parameters or a record holds is checked as well, against the profiles that it claims', () => {
  const nameless = { ...patient, name: undefined, nickname: 'A' }
  const [unknown, name] = ['structure', 'required']
  assert.deepEqual(
    errorsIn({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: nameless }] }),
    [`${unknown} Bundle.entry[0].resource.nickname`, `${name} Bundle.entry[0].resource.name`],
  )
  const parameter = [{ name: 'a', part: [{ name: 'b', resource: nameless }] }]
  assert.deepEqual(errorsIn({ resourceType: 'Parameters', parameter }), [
    `${unknown} Parameters.parameter[0].part[0].resource.nickname`,
    `${name} Parameters.parameter[0].part[0].resource.name`,
  ])
  const contained = [{ ...nameless, id: 'p' }]
  assert.deepEqual(errorsIn({ ...laboratory, contained, subject: { reference: '#p' } }), [
    `${unknown} Observation.contained[0].nickname`,
    `${name} Observation.contained[0].name`,
  ])
})

const vital = (loinc: string, code: string, more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  category: [
    {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }],
    },
  ],
  code: { coding: [{ system: 'http://loinc.org', code: loinc }] },
  subject: { reference: 'Patient/ada' },
  effectiveDateTime: '2024-01-01',
  valueQuantity: { value: 1, unit: code, system: 'http://unitsofmeasure.org', code },
  ...more,
})

test('units of vital signs are those of the value set that their profile is bound to', () => {
  const units: Array<[loinc: string, profile: string, good: string[], bad: string[]]> = [
    ['8310-5', 'us-core-body-temperature', ['Cel', '[degF]'], ['K', 'cel']],
    ['8302-2', 'us-core-body-height', ['cm', '[in_i]'], ['m', '[ft_i]']],
    ['9843-4', 'us-core-head-circumference', ['cm', '[in_i]'], ['m', 'mm']],
    ['29463-7', 'us-core-body-weight', ['kg', 'g', '[lb_av]'], ['[oz_av]', 'lb']],
  ]
  for (const [loinc, profile, good, bad] of units)
    for (const meta of [
      undefined,
      { profile: [`http://hl7.org/fhir/us/core/StructureDefinition/${profile}`] },
    ]) {
      const errors = (code: string) => errorsIn(vital(loinc, code, meta ? { meta } : {}))
      for (const code of good) assert.deepEqual(errors(code), [], `${profile} ${code}`)
      for (const code of bad)
        assert.deepEqual(
          errors(code),
          ['code-invalid Observation.value.ofType(Quantity).code'],
          `${profile} ${code}`,
        )
    }
})

test('a code of a vital sign binds the record to the profile that R4 has for it', () => {
  assert.deepEqual(errorsIn(vital('8867-4', '/min')), [])
  const { category: _category, effectiveDateTime: _time, ...bare } = vital('8867-4', '/min')
  assert.deepEqual(errorsIn(bare), [
    'required Observation.category',
    'required Observation.category',
    'required Observation.effective',
  ])
  const { valueQuantity: _value, ...withoutValue } = vital('8867-4', '/min')
  assert.deepEqual(errorsIn({ ...withoutValue, valueString: 'fast' }).slice(0, 1), [
    'structure Observation.value.ofType(string)',
  ])
  // Others are free.
  assert.deepEqual(
    errorsIn({ ...bare, code: { coding: [{ system: 'http://loinc.org', code: '11524-6' }] } }),
    [],
  )
  assert.deepEqual(errorsIn({ ...bare, code: { coding: [{ system: 'urn:own', code: '8867-4' }] } }), [])
})

test('the profiles of R4 itself are known, with its version and without', () => {
  for (const canonical of [
    'heartrate',
    'heartrate|4.0.1',
    'vitalsigns',
    'lipidprofile',
    'shareablevalueset',
  ]) {
    const profile = `http://hl7.org/fhir/StructureDefinition/${canonical}`
    const reported = validator.validate({
      resourceType: 'Basic',
      code: { text: 'x' },
      meta: { profile: [profile] },
    })
    assert.match(reported.map(({ message }) => message).join(), /^This profile is of /, canonical)
  }
})

test('a reference has no space', () => {
  for (const reference of [' Patient/ada', 'Patient/ada ', 'Patient/a da', '\tPatient/ada'])
    assert.ok(
      errorsIn(vital('11524-6', '/min', { subject: { reference } })).includes(
        'value Observation.subject.reference',
      ),
      JSON.stringify(reference),
    )
})
