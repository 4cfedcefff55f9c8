import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSearch } from './parse-search.ts'

const ask = (type: string, query: string, strict = true) =>
  parseSearch(type, [...new URLSearchParams(query)], { strict, bases: ['https://our.example/fhir'] })

/** The values of the only condition. */
function valuesOf(type: string, query: string): unknown[] {
  const { conditions } = ask(type, query)
  assert.equal(conditions.length, 1)
  const [condition] = conditions
  assert.ok(condition?.kind === 'parameter')
  return condition.values
}

const march = { start: Date.UTC(2024, 2), end: Date.UTC(2024, 3) }
const token = (code: string | undefined, system?: string) => ({ type: 'token', system, code })
const quantity = (prefix: string, low: number, high: number, unit?: string) => ({
  type: 'quantity',
  prefix,
  low,
  high,
  unit,
})
const above = (value: number) => value + value * Number.EPSILON

const values: [string, string, unknown[]][] = [
  ['Patient', 'gender=female', [token('female')]],
  ['Patient', 'identifier=urn:mrn|7', [token('7', 'urn:mrn')]],
  ['Patient', 'identifier=|7', [token('7', '')]],
  ['Patient', 'identifier=urn:mrn|', [token(undefined, 'urn:mrn')]],
  ['Patient', 'gender=male,female', [token('male'), token('female')]],
  // The system of a code alone is that of its value set, of a boolean that of the standard.
  ['Patient', 'gender=http://hl7.org/fhir/administrative-gender|male', [token('male', '')]],
  ['Patient', 'gender=http://hl7.org/fhir/administrative-gender|', [token(undefined, '')]],
  ['Patient', 'gender=urn:other|male', [token('male', 'urn:other')]],
  ['Patient', 'active=http://terminology.hl7.org/CodeSystem/special-values|true', [token('true', '')]],
  ['Task', 'intent=http://hl7.org/fhir/task-intent|unknown', [token('unknown', '')]],
  [
    'Condition',
    'code=http://hl7.org/fhir/administrative-gender|male',
    [token('male', 'http://hl7.org/fhir/administrative-gender')],
  ],
  [
    'DocumentReference',
    'relationship=http://hl7.org/fhir/document-relationship-type|replaces$DocumentReference/1',
    [{ type: 'composite', form: 'text', values: ['|replaces$DocumentReference/1'], match: 'equal' }],
  ],
  ['Patient', 'name=O%E2%80%99Neil', [{ type: 'string', normalized: 'oneil', original: 'O’Neil' }]],
  ['Patient', String.raw`identifier=a\,b,c\|d,e\\f`, [token('a,b'), token('c|d'), token('e\\f')]],
  ['Patient', 'name=%C3%89va  X', [{ type: 'string', normalized: 'eva x', original: 'Éva  X' }]],
  ['Patient', 'birthdate=2024-03', [{ type: 'date', prefix: 'eq', ...march }]],
  ['Patient', 'birthdate=ge2024-03', [{ type: 'date', prefix: 'ge', ...march }]],
  [
    'Patient',
    'birthdate=ap2024-03',
    [{ type: 'date', prefix: 'ap', start: march.start - 31 * 86_400_000, end: march.end + 31 * 86_400_000 }],
  ],
  [
    'Observation',
    'date=2024-03-15T10:00:00+02:00',
    [{ type: 'date', prefix: 'eq', start: Date.UTC(2024, 2, 15, 8), end: Date.UTC(2024, 2, 15, 8) + 1000 }],
  ],
  ['Observation', 'patient=1', [{ type: 'reference', targets: ['Patient/1'] }]],
  ['Observation', 'patient=Patient/1/_history/2', [{ type: 'reference', targets: ['Patient/1'] }]],
  [
    'Observation',
    'patient=https://our.example/fhir/Patient/1',
    [{ type: 'reference', targets: ['Patient/1'] }],
  ],
  [
    'Observation',
    'patient=https://a.example/Patient/1',
    [{ type: 'reference', targets: ['https://a.example/Patient/1'] }],
  ],
  [
    'Observation',
    'subject=1',
    [{ type: 'reference', targets: ['Device/1', 'Group/1', 'Location/1', 'Patient/1'] }],
  ],
  ['Observation', 'subject:Patient=1', [{ type: 'reference', targets: ['Patient/1'] }]],
  ['Observation', 'subject:identifier=s|1', [token('1', 's')]],
  [
    'QuestionnaireResponse',
    'questionnaire=http://q.example/1|2.0',
    [{ type: 'reference', targets: ['http://q.example/1|2.0'] }],
  ],
  ['ValueSet', 'url=http://v.example/a', [{ type: 'uri', value: 'http://v.example/a' }]],
  ['Observation', 'code:text=Blood', [{ type: 'string', normalized: 'blood', original: 'Blood' }]],
  ['Observation', 'value-quantity=100', [quantity('eq', 99.5, 100.5)]],
  ['Observation', 'value-quantity=5.40', [quantity('eq', 5.395, 5.405)]],
  ['Observation', 'value-quantity=1e2', [quantity('eq', 50, 150)]],
  ['Observation', 'value-quantity=gt100', [quantity('gt', 100, above(100))]],
  ['Observation', 'value-quantity=ap100', [quantity('ap', 90, above(110))]],
  ['Observation', 'value-quantity=500|http://unitsofmeasure.org|mg', [quantity('eq', 0.4995, 0.5005, 'g')]],
  [
    'Observation',
    'value-quantity=lt5||mg',
    [quantity('lt', 0.005, above(0.005), 'g'), quantity('lt', 0.005, above(0.005), '|g')],
  ],
  ['Observation', 'value-quantity=3||{score}', [quantity('eq', 2.5, 3.5, '{score}')]],
  ['Observation', 'value-quantity=3|http://a.example|mg', [quantity('eq', 2.5, 3.5, 'http://a.example|mg')]],
  [
    'RiskAssessment',
    'probability=0.5',
    [{ type: 'number', prefix: 'eq', low: 0.45, high: 0.55, unit: undefined }],
  ],
  [
    'Observation',
    'code-value-concept=s|a$b',
    [{ type: 'composite', form: 'text', values: ['s|a$b'], match: 'equal' }],
  ],
  [
    'Observation',
    'code-value-string=a$X',
    [{ type: 'composite', form: 'text', values: ['a$x'], match: 'begins' }],
  ],
  [
    'Observation',
    'code-value-date=a$2024-03',
    [{ type: 'composite', form: 'range', prefix: 'eq', low: march.start, high: march.end, unit: 'a$' }],
  ],
  [
    'Observation',
    'component-code-value-quantity=http://loinc.org|8480-6$gt140',
    [
      {
        type: 'composite',
        form: 'range',
        prefix: 'gt',
        low: 140,
        high: above(140),
        unit: 'http://loinc.org|8480-6$',
      },
    ],
  ],
  [
    'Observation',
    'code-value-quantity=a$500||mg',
    ['a$g', 'a$|g'].map((unit) => {
      return { type: 'composite', form: 'range', prefix: 'eq', low: 0.4995, high: 0.5005, unit }
    }),
  ],
]
for (const [type, query, expected] of values)
  test(`values of ${type}?${query}`, () => assert.deepEqual(valuesOf(type, query), expected))

test('uri:above asks for every address above', () => {
  const found = valuesOf('ValueSet', 'url:above=http://a.example/b/c') as { value: string }[]
  assert.deepEqual(
    found.map(({ value }) => value),
    [
      'http://a.example/b/c',
      'http://a.example/b/',
      'http://a.example/b',
      'http://a.example/',
      'http://a.example',
    ],
  )
})

test('a number with as many digits as a double keeps finds itself and its neighbour not', () => {
  for (const digits of [
    '72.56635784394204',
    '0.1234567890123456',
    '123456789012345.6',
    '98.59999999999999',
  ]) {
    const [value] = valuesOf('Observation', `value-quantity=${digits}`) as { low: number; high: number }[]
    const stored = Number(digits)
    assert.ok(value && value.low <= stored && value.high >= above(stored), digits)
    const next = stored + 8 * stored * Number.EPSILON
    assert.ok(value.high < above(next), `${digits} and ${next}`)
  }
})
