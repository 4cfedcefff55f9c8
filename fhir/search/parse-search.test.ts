import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parametersOf, searchableTypes } from './parameters.ts'
import { parseSearch } from './parse-search.ts'
import { type Condition, SearchError } from './search-query.ts'

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
const quantity = (prefix: string, low: number, high: number, unit?: string) => ({ type: 'quantity', prefix, low, high, unit })
const above = (value: number) => value + value * Number.EPSILON

const values: [string, string, unknown[]][] = [
  ['Patient', 'gender=female', [token('female')]],
  ['Patient', 'identifier=urn:mrn|7', [token('7', 'urn:mrn')]],
  ['Patient', 'identifier=|7', [token('7', '')]],
  ['Patient', 'identifier=urn:mrn|', [token(undefined, 'urn:mrn')]],
  ['Patient', 'gender=male,female', [token('male'), token('female')]],
  ['Patient', String.raw`identifier=a\,b,c\|d,e\\f`, [token('a,b'), token('c|d'), token('e\\f')]],
  ['Patient', 'name=%C3%89va  X', [{ type: 'string', normalized: 'eva x', original: 'Éva  X' }]],
  ['Patient', 'birthdate=2024-03', [{ type: 'date', prefix: 'eq', ...march }]],
  ['Patient', 'birthdate=ge2024-03', [{ type: 'date', prefix: 'ge', ...march }]],
  ['Patient', 'birthdate=ap2024-03', [{ type: 'date', prefix: 'ap', start: march.start - 31 * 86_400_000, end: march.end + 31 * 86_400_000 }]],
  ['Observation', 'date=2024-03-15T10:00:00+02:00', [{ type: 'date', prefix: 'eq', start: Date.UTC(2024, 2, 15, 8), end: Date.UTC(2024, 2, 15, 8) + 1000 }]],
  ['Observation', 'patient=1', [{ type: 'reference', targets: ['Patient/1'] }]],
  ['Observation', 'patient=Patient/1/_history/2', [{ type: 'reference', targets: ['Patient/1'] }]],
  ['Observation', 'patient=https://our.example/fhir/Patient/1', [{ type: 'reference', targets: ['Patient/1'] }]],
  ['Observation', 'patient=https://a.example/Patient/1', [{ type: 'reference', targets: ['https://a.example/Patient/1'] }]],
  ['Observation', 'subject=1', [{ type: 'reference', targets: ['Device/1', 'Group/1', 'Location/1', 'Patient/1'] }]],
  ['Observation', 'subject:Patient=1', [{ type: 'reference', targets: ['Patient/1'] }]],
  ['Observation', 'subject:identifier=s|1', [token('1', 's')]],
  ['QuestionnaireResponse', 'questionnaire=http://q.example/1|2.0', [{ type: 'reference', targets: ['http://q.example/1|2.0'] }]],
  ['ValueSet', 'url=http://v.example/a', [{ type: 'uri', value: 'http://v.example/a' }]],
  ['Observation', 'code:text=Blood', [{ type: 'string', normalized: 'blood', original: 'Blood' }]],
  ['Observation', 'value-quantity=100', [quantity('eq', 99.5, 100.5)]],
  ['Observation', 'value-quantity=5.40', [quantity('eq', 5.395, 5.405)]],
  ['Observation', 'value-quantity=1e2', [quantity('eq', 50, 150)]],
  ['Observation', 'value-quantity=gt100', [quantity('gt', 100, above(100))]],
  ['Observation', 'value-quantity=ap100', [quantity('ap', 90, above(110))]],
  ['Observation', 'value-quantity=500|http://unitsofmeasure.org|mg', [quantity('eq', 0.4995, 0.5005, 'g')]],
  ['Observation', 'value-quantity=lt5||mg', [quantity('lt', 0.005, above(0.005), 'g')]],
  ['Observation', 'value-quantity=3||{score}', [quantity('eq', 2.5, 3.5, '{score}')]],
  ['Observation', 'value-quantity=3|http://a.example|mg', [quantity('eq', 2.5, 3.5, 'http://a.example|mg')]],
  ['RiskAssessment', 'probability=0.5', [{ type: 'number', prefix: 'eq', low: 0.45, high: 0.55, unit: undefined }]],
  ['Observation', 'code-value-concept=s|a$b', [{ type: 'composite', form: 'text', values: ['s|a$b'], match: 'equal' }]],
  ['Observation', 'code-value-string=a$X', [{ type: 'composite', form: 'text', values: ['a$x'], match: 'begins' }]],
  ['Observation', 'code-value-date=a$2024-03', [{ type: 'composite', form: 'range', prefix: 'eq', low: march.start, high: march.end, unit: 'a$' }]],
  ['Observation', 'component-code-value-quantity=http://loinc.org|8480-6$gt140', [{ type: 'composite', form: 'range', prefix: 'gt', low: 140, high: above(140), unit: 'http://loinc.org|8480-6$' }]],
  ['Observation', 'code-value-quantity=a$500||mg', [{ type: 'composite', form: 'range', prefix: 'eq', low: 0.4995, high: 0.5005, unit: 'a$g' }]],
]
for (const [type, query, expected] of values)
  test(`values of ${type}?${query}`, () => assert.deepEqual(valuesOf(type, query), expected))

test('uri:above asks for every address above', () => {
  const found = valuesOf('ValueSet', 'url:above=http://a.example/b/c') as { value: string }[]
  assert.deepEqual(
    found.map(({ value }) => value),
    ['http://a.example/b/c', 'http://a.example/b/', 'http://a.example/b', 'http://a.example/', 'http://a.example'],
  )
})

/** A condition in one line. */
function write(condition: Condition): string {
  if (condition.kind === 'or') return `(${condition.conditions.map(write).join(' or ')})`
  if (condition.kind === 'chain') return `${condition.reference.code}:${condition.targetType}.${write(condition.condition)}`
  if (condition.kind === 'has') return `${condition.type}.${condition.reference.code} has ${write(condition.condition)}`
  const { parameter, modifier, isMissing } = condition
  return parameter.code + (modifier ? `:${modifier}` : '') + (isMissing === undefined ? '' : `=${isMissing}`)
}

const conditions: [string, string, string[]][] = [
  ['Observation', 'code=a&code=b', ['code', 'code']],
  ['Patient', 'name:exact=a&family:contains=b', ['name:exact', 'family:contains']],
  ['Observation', 'status:not=final', ['status:not']],
  ['Observation', 'encounter:missing=true', ['encounter:missing=true']],
  ['Observation', 'patient.name=a', ['patient:Patient.name']],
  ['Observation', 'subject:Patient.name:exact=a', ['subject:Patient.name:exact']],
  ['Observation', 'subject.name=a', ['(subject:Location.name or subject:Patient.name)']],
  ['Observation', 'subject.birthdate=2024', ['subject:Patient.birthdate']],
  ['Observation', 'patient.organization.name=a', ['patient:Patient.organization:Organization.name']],
  ['Observation', 'patient._id=1', ['patient:Patient._id']],
  ['Patient', '_has:Observation:patient:code=a', ['Observation.patient has code']],
  ['Practitioner', '_has:Encounter:participant:patient.name=a', ['Encounter.participant has patient:Patient.name']],
  ['Patient', '_has:Observation:patient:_has:Provenance:target:agent=Practitioner/1', ['Observation.patient has Provenance.target has agent']],
]
for (const [type, query, expected] of conditions)
  test(`conditions of ${type}?${query}`, () => assert.deepEqual(ask(type, query).conditions.map(write), expected))

test('what the answer looks like', () => {
  const query = ask(
    'Observation',
    '_sort=-date,_id&_count=5000&_include=Observation:subject:Patient&_include:iterate=Patient:organization' +
      '&_include=*&_revinclude=Provenance:target&_summary=text&_elements=Observation.code,status&_total=accurate&_format=json&_pretty=1',
  )
  assert.deepEqual(query.conditions, [])
  assert.deepEqual(
    query.sort.map(({ parameter, descending }) => [typeof parameter === 'string' ? parameter : parameter.code, descending]),
    [['date', true], ['_id', false]],
  )
  assert.equal(query.count, 1000)
  assert.deepEqual(
    query.includes.map(({ parameter, ...rule }) => ({ ...rule, code: parameter === '*' ? '*' : parameter.code })),
    [
      { sourceType: 'Observation', code: 'subject', targetType: 'Patient', iterate: false },
      { sourceType: 'Patient', code: 'organization', iterate: true },
      { sourceType: 'Observation', code: '*', iterate: false },
    ],
  )
  assert.equal(query.revincludes.length, 1)
  assert.deepEqual([query.summary, query.elements, query.total], ['text', ['code', 'status'], 'accurate'])
  assert.deepEqual(query.ignored, [])
})

test('a count of 0 is kept', () => assert.equal(ask('Patient', '_count=0').count, 0))

test('an unknown parameter is refused when strict, else named', () => {
  assert.throws(() => ask('Patient', 'cod=1'), { name: 'SearchError', parameter: 'cod', message: /no search parameter "cod".*gender/s })
  const { ignored, conditions } = ask('Patient', 'cod=1&gender=&active=true', false)
  assert.deepEqual(ignored.map(({ name }) => name), ['cod', 'gender'])
  assert.equal(conditions.length, 1)
})

const refused: [string, string, string, RegExp][] = [
  ['Nothing', '_id=1', '', /no type "Nothing"/],
  ['Patient', 'birthdate=15.3.2024', 'birthdate', /write a date/],
  ['Patient', 'birthdate=2024-02-30', 'birthdate', /write a date/],
  ['Patient', 'name:fuzzy=a', 'name:fuzzy', /takes :missing, :exact, :contains/],
  ['Patient', 'gender:in=http://v.example', 'gender:in', /takes :missing, :not, :text/],
  ['Patient', 'gender:missing=yes', 'gender:missing', /true or false/],
  ['Patient', 'identifier=|', 'identifier', /system\|code/],
  ['Patient', 'gender=,', 'gender', /no value/],
  ['Patient', 'name=a%00b', 'name', /character 0/],
  ['Patient', `name=${'x'.repeat(2001)}`, 'name', /longer than 2000/],
  ['Patient', `_id=${Array.from({ length: 201 }, (_, index) => index).join()}`, '_id', /too many values/],
  ['Patient', Array.from({ length: 101 }, () => 'gender=male').join('&'), 'gender', /at most 100 parameters/],
  ['Patient', 'gender.name=a', 'gender.name', /not a reference/],
  ['Patient', 'organization.nothing=a', 'organization.nothing', /Organization has no search parameter/],
  ['Observation', 'subject:Nothing=1', 'subject:Nothing', /cannot be used/],
  ['Observation', 'subject:Practitioner.name=1', 'subject:Practitioner.name', /never names/],
  ['Observation', 'subject:Patient=Group/1', 'subject:Patient', /a reference to Patient/],
  ['Observation', 'patient=a b', 'patient', /Type\/id/],
  ['Observation', 'focus.status=final', 'focus.status', /focus:Type.status/],
  ['Observation', 'encounter.part-of.part-of.part-of.status=x', 'encounter.part-of.part-of.part-of.status', /more than 3/],
  ['Patient', '_has:Observation:code=a', '_has:Observation:code', /_has:Type:reference:parameter/],
  ['Patient', '_has:Observation:encounter:code=a', '_has:Observation:encounter:code', /never names a Patient/],
  ['Observation', 'value-quantity=abc', 'value-quantity', /a quantity/],
  ['Observation', 'value-quantity=5|mg', 'value-quantity', /a quantity/],
  ['Observation', 'value-quantity=1e999', 'value-quantity', /a quantity/],
  ['Observation', 'code-value-quantity=a', 'code-value-quantity', /\$/],
  ['Observation', '_count=-1', '_count', /whole number/],
  ['Observation', '_count=1&_count=2', '_count', /only once/],
  ['Observation', '_sort=nothing', '_sort', /no search parameter/],
  ['Observation', '_sort=code-value-quantity', '_sort', /two values/],
  ['Observation', '_include=Observation:code', '_include', /needs a reference/],
  ['Observation', '_include=Nothing:code', '_include', /no type/],
  ['Observation', '_include=Observation:subject:Practitioner', '_include', /cannot reach/],
  ['Observation', '_include:deep=Observation:subject', '_include:deep', /_include:iterate/],
  ['Observation', '_revinclude=*', '_revinclude', /Name the type/],
  ['Observation', '_summary=yes', '_summary', /takes true, text/],
  ['Observation', '_elements=a b', '_elements', /names of elements/],
]
for (const [type, query, parameter, message] of refused)
  test(`refused, even when not strict: ${type}?${query.slice(0, 60)}`, () => {
    assert.throws(
      () => ask(type, query, false),
      (error) => {
        assert.ok(error instanceof SearchError)
        assert.equal(error.parameter, parameter)
        assert.match(error.message, message)
        return true
      },
    )
  })

const codes = [...new Set(searchableTypes.flatMap((type) => parametersOf(type).map(({ code }) => code)))]
const piece = fc.constantFrom(
  ...['_has', '_sort', '_count', '_include', '_revinclude', '_elements', '_summary', ':', '.', ',', '|', '$', '\\', 'ge', '-'],
  ...['Patient', 'Observation', 'missing', 'identifier', 'above', '2024-02', '1e5', 'true', 'http://a.example/b', '\u0000', '\ud800', ''],
  ...codes,
)
const text = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 30 }),
)
const name = fc.oneof(fc.constantFrom(...codes), text)
const pairs = fc.array(fc.tuple(name, text), { maxLength: 6 })

test('random searches are read or refused with a SearchError that names a parameter', () => {
  fc.assert(
    fc.property(fc.constantFrom(...searchableTypes), pairs, fc.boolean(), (type, asked, strict) => {
      try {
        parseSearch(type, asked, { strict })
      } catch (error) {
        assert.ok(error instanceof SearchError, String(error))
        assert.ok(asked.some(([each]) => each === error.parameter))
        assert.ok(error.message.length < 4000)
      }
    }),
    { numRuns: 5000 },
  )
})

test('long hostile searches are refused quickly', () => {
  const long = 'a'.repeat(500_000)
  const hostile = [`_has:${'Observation:patient:_has:'.repeat(20_000)}code`, `subject.${'subject.'.repeat(50_000)}x`, `code:${long}`, long]
  const started = performance.now()
  for (const each of hostile)
    for (const value of [long, ','.repeat(500_000), '\\'.repeat(500_000), `${'$'.repeat(1000)}`, '9'.repeat(1999)])
      try {
        parseSearch('Observation', [[each, value], ['value-quantity', value], ['date', value], ['_sort', value]], { strict: false })
      } catch (error) {
        assert.ok(error instanceof SearchError)
      }
  assert.ok(performance.now() - started < 3000)
})
