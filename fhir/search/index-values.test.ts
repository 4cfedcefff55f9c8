import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { type IndexValue, indexValuesOf } from './index-values.ts'

/** `value`, `system|value`, or `unit[low,high)`. */
function write(row: IndexValue): string {
  if (row.kind === 'range') return `${row.unit}[${row.low},${row.high})`
  return row.system === '' ? row.value : `${row.system}|${row.value}`
}

function rowsOf(resource: unknown, param: string): string[] {
  return indexValuesOf(resource as Resource)
    .filter((row) => row.param === param)
    .map(write)
}

const day = 86_400_000
const march = Date.UTC(2024, 2, 15)
const open = 8_640_000_000_000_000
const range = (low: number, high: number) => `[${low},${high})`
const observation = (fields: object) => ({ resourceType: 'Observation', ...fields })
const patient = (fields: object) => ({ resourceType: 'Patient', ...fields })
const coding = { system: 'http://loinc.org', code: '8480-6', display: 'Systolic  BP' }

const cases: [string, object, string, string[]][] = [
  ['a code', patient({ gender: 'female' }), 'gender', ['female']],
  ['a boolean', patient({ active: true }), 'active', ['true']],
  ['a Coding', patient({ meta: { tag: [{ system: 'a', code: 'b' }] } }), '_tag', ['a|b']],
  ['a CodeableConcept', observation({ code: { coding: [coding] } }), 'code', ['http://loinc.org|8480-6']],
  [
    'what people read of it',
    observation({ code: { coding: [coding], text: 'Döner' } }),
    'code:text',
    ['systolic bp', 'doner'],
  ],
  ['a concept of text alone is there', observation({ code: { text: 'x' } }), 'code', ['']],
  [
    'a code twice is one row',
    observation({ code: { coding: [coding, coding] } }),
    'code',
    ['http://loinc.org|8480-6'],
  ],
  [
    'an Identifier',
    patient({ identifier: [{ system: 'urn:mrn', value: '7', type: { text: 'MRN' } }] }),
    'identifier',
    ['urn:mrn|7'],
  ],
  [
    'the text of an Identifier',
    patient({ identifier: [{ value: '7', type: { text: 'MRN' } }] }),
    'identifier:text',
    ['mrn'],
  ],
  ['a ContactPoint', patient({ telecom: [{ system: 'phone', value: '555' }] }), 'phone', ['phone|555']],
  ['no phone in an email', patient({ telecom: [{ system: 'email', value: 'a@b.example' }] }), 'phone', []],
  ['a patient not known to be dead', patient({}), 'deceased', ['false']],
  ['a patient known to be alive', patient({ deceasedBoolean: false }), 'deceased', ['false']],
  ['a patient with a time of death', patient({ deceasedDateTime: '2024' }), 'deceased', ['true']],
  [
    'a HumanName',
    patient({ name: [{ use: 'official', family: 'Åse', given: ['Ann', 'B'] }] }),
    'name',
    ['Åse|ase', 'Ann|ann', 'B|b'],
  ],
  [
    'an Address',
    patient({ address: [{ line: ['1 Main St'], city: 'Bern', use: 'home' }] }),
    'address',
    ['1 Main St|1 main st', 'Bern|bern'],
  ],
  [
    'spaces in a string',
    patient({ name: [{ family: ' de  la\tCruz ' }] }),
    'family',
    [' de  la\tCruz |de la cruz'],
  ],
  [
    'apostrophes and hyphens of every kind',
    patient({ name: [{ family: "O'Neil", given: ['O’Neil', 'Smith-Jones', 'Smith–Jones', 'Ga‑Un', "'"] }] }),
    'name',
    ["O'Neil|oneil", 'O’Neil|oneil', 'Smith-Jones|smithjones', 'Smith–Jones|smithjones', 'Ga‑Un|gaun', "'|"],
  ],
  [
    'a long string',
    patient({ name: [{ family: 'x'.repeat(900) }] }),
    'family',
    [`${'x'.repeat(512)}|${'x'.repeat(200)}`],
  ],
  [
    'a relative reference',
    observation({ subject: { reference: 'Patient/1/_history/3' } }),
    'patient',
    ['Patient/1'],
  ],
  ['another type of reference', observation({ subject: { reference: 'Group/1' } }), 'patient', []],
  [
    'an absolute reference',
    observation({ subject: { reference: 'https://a.example/Patient/1' } }),
    'subject',
    ['https://a.example/Patient/1'],
  ],
  ['a contained reference is there', observation({ subject: { reference: '#p' } }), 'subject', ['']],
  [
    'a reference by identifier',
    observation({ subject: { identifier: { system: 's', value: '1' } } }),
    'subject:identifier',
    ['s|1'],
  ],
  [
    'a canonical reference',
    { resourceType: 'QuestionnaireResponse', questionnaire: 'http://q.example/1|2.0' },
    'questionnaire',
    ['http://q.example/1|2.0', 'http://q.example/1'],
  ],
  ['a uri', { resourceType: 'ValueSet', url: 'http://v.example' }, 'url', ['http://v.example']],
  [
    'a definition with its version',
    { resourceType: 'ValueSet', url: 'http://v.example', version: '2' },
    'url',
    ['http://v.example', 'http://v.example|2'],
  ],
  [
    'a profile',
    patient({ meta: { profile: ['http://p.example|1'] } }),
    '_profile',
    ['http://p.example|1', 'http://p.example'],
  ],
  ['a date', patient({ birthDate: '2024-03-15' }), 'birthdate', [range(march, march + day)]],
  ['a month', patient({ birthDate: '2024-03' }), 'birthdate', [range(Date.UTC(2024, 2), Date.UTC(2024, 3))]],
  ['a date that cannot be read', patient({ birthDate: '15.3.2024' }), 'birthdate', []],
  [
    'an instant',
    observation({ effectiveInstant: '2024-03-15T00:00:00.000Z' }),
    'date',
    [range(march, march + 1)],
  ],
  [
    'a Period',
    observation({ effectivePeriod: { start: '2024-03-15', end: '2024-03-16' } }),
    'date',
    [range(march, march + 2 * day)],
  ],
  [
    'a Period without an end',
    observation({ effectivePeriod: { start: '2024-03-15' } }),
    'date',
    [range(march, open)],
  ],
  [
    'a Period without a start',
    observation({ effectivePeriod: { end: '2024-03-15' } }),
    'date',
    [range(-open, march + day)],
  ],
  [
    'a Timing',
    observation({ effectiveTiming: { event: ['2024-03-15', '2024-03-17'] } }),
    'date',
    [range(march, march + 3 * day)],
  ],
  [
    'a Timing with events and bounds',
    observation({
      effectiveTiming: {
        event: ['2024-03-17'],
        repeat: { boundsPeriod: { start: '2024-03-15', end: '2024-03-16' } },
      },
    }),
    'date',
    [range(march, march + 3 * day)],
  ],
  [
    'a Timing that only says how often',
    observation({ effectiveTiming: { repeat: { frequency: 2 } } }),
    'date',
    [''],
  ],
  ['a text that looks like a date', { resourceType: 'Procedure', performedString: '2024-03-15' }, 'date', []],
  ['another one', { resourceType: 'Immunization', occurrenceString: '2024-03-15' }, 'date', []],
  [
    'one in a plan',
    { resourceType: 'CarePlan', activity: [{ detail: { scheduledString: '2024-03-15' } }] },
    'activity-date',
    [],
  ],
  [
    'a characteristic of a group with its value',
    { resourceType: 'Group', characteristic: [{ code: { coding: [{ code: 'a' }] }, valueBoolean: true }] },
    'characteristic-value',
    ['a$true', 'a$|true', '|a$true', '|a$|true'],
  ],
  [
    'two texts and codes that make one pair each',
    observation({
      code: { coding: [{ code: 'a' }] },
      valueCodeableConcept: { coding: [{ system: 's', code: 'b' }] },
    }),
    'code-value-concept',
    ['a$b', 'a$s|b', '|a$b', '|a$s|b'],
  ],
  [
    'a code with a text',
    observation({ code: { coding: [{ system: 's', code: 'a' }] }, valueString: 'Été' }),
    'code-value-string',
    ['a$ete', 's|a$ete'],
  ],
  [
    'a code with a date',
    observation({ code: { coding: [{ code: 'a' }] }, valueDateTime: '2024-03-15' }),
    'code-value-date',
    [`a$${range(march, march + day)}`, `|a$${range(march, march + day)}`],
  ],
  [
    'a code with a reference',
    {
      resourceType: 'DocumentReference',
      relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/1' } }],
    },
    'relationship',
    ['replaces$DocumentReference/1', '|replaces$DocumentReference/1'],
  ],
  [
    'race of US Core with its system',
    patient({
      extension: [
        {
          url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race',
          extension: [
            { url: 'ombCategory', valueCoding: { system: 'urn:oid:2.16', code: '2106-3' } },
            { url: 'text', valueString: 'White' },
          ],
        },
      ],
    }),
    'race',
    ['urn:oid:2.16|2106-3'],
  ],
]
for (const [title, resource, param, rows] of cases)
  test(`rows of ${param}: ${title}`, () => assert.deepEqual(rowsOf(resource, param), rows))

test('broken resources give the rows that can be read', () => {
  const broken = [
    { resourceType: 'Nothing' },
    patient({ name: 'Ann', telecom: [null, 7, 'x'], identifier: { value: {} }, birthDate: {}, gender: null }),
    observation({
      code: [null],
      valueQuantity: { value: '7' },
      subject: 'Patient/1',
      component: 'x',
      meta: 7,
    }),
    observation({
      code: { coding: ['a', null, { code: 7 }] },
      effectivePeriod: { start: 5 },
      effectiveTiming: { repeat: 1 },
    }),
  ]
  for (const each of broken) assert.ok(Array.isArray(indexValuesOf(each as unknown as Resource)))
})
