import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parametersOf, searchableTypes } from './parameters.ts'
import { parseSearch } from './parse-search.ts'
import { SearchError } from './search-query.ts'

const ask = (type: string, query: string, strict = true) =>
  parseSearch(type, [...new URLSearchParams(query)], { strict, bases: ['https://our.example/fhir'] })

const refused: [string, string, string, RegExp][] = [
  ['Nothing', '_id=1', '', /no type "Nothing"/],
  ['Patient', 'birthdate=15.3.2024', 'birthdate', /write a date/],
  ['Patient', 'birthdate=2024-02-30', 'birthdate', /write a date/],
  ['Patient', 'name:fuzzy=a', 'name:fuzzy', /takes :missing, :exact, :contains/],
  ['Patient', 'gender:in=http://v.example', 'gender:in', /not known here/],
  ['Patient', 'gender:like=male', 'gender:like', /takes :missing, :not, :in, :not-in/],
  ['Patient', 'gender:below=x', 'gender:below', /system\|code/],
  ['Patient', 'gender:below=urn:x|x', 'gender:below', /hierarchy of the code system "urn:x" is not known/],
  ['Patient', '_id:not=1', '_id:not', /takes :missing/],
  ['Patient', 'identifier:of-type=MR|1', 'identifier:of-type', /system\|code\|value/],
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
  [
    'Observation',
    'encounter.part-of.part-of.part-of.status=x',
    'encounter.part-of.part-of.part-of.status',
    /more than 3/,
  ],
  ['Patient', '_has:Observation:code=a', '_has:Observation:code', /_has:Type:reference:parameter/],
  [
    'Patient',
    '_has:Observation:encounter:code=a',
    '_has:Observation:encounter:code',
    /never names a Patient/,
  ],
  ['Observation', 'value-quantity=abc', 'value-quantity', /a quantity/],
  ['Observation', 'value-quantity=5|mg', 'value-quantity', /a quantity/],
  ['Observation', 'value-quantity=1e999', 'value-quantity', /a quantity/],
  ['Observation', 'code-value-quantity=a', 'code-value-quantity', /\$/],
  ['Observation', '_count=-1', '_count', /whole number/],
  ['Observation', '_count=1&_count=2', '_count', /only once/],
  ['Observation', '_sort=nothing', '_sort', /no search parameter/],
  ['Observation', '_sort=code-value-quantity', '_sort', /two values/],
  ['Observation', '_include=Observation:code', '_include', /needs a reference/],
  ['Observation', '_include=Nothing:code', '_include', /not a type/],
  ['Observation', '_include=Observation:subject:Practitioner', '_include', /cannot reach/],
  ['Observation', '_include:deep=Observation:subject', '_include:deep', /_include:iterate/],
  ['Observation', '_revinclude:iterate=*', '_revinclude:iterate', /Name the type/],
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
  ...[
    '_has',
    '_sort',
    '_count',
    '_include',
    '_revinclude',
    '_elements',
    '_summary',
    ':',
    '.',
    ',',
    '|',
    '$',
    '\\',
    'ge',
    '-',
  ],
  ...[
    'Patient',
    'Observation',
    'missing',
    'identifier',
    'above',
    '2024-02',
    '1e5',
    'true',
    'http://a.example/b',
    '\u0000',
    '\ud800',
    '',
  ],
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
  const hostile = [
    `_has:${'Observation:patient:_has:'.repeat(20_000)}code`,
    `subject.${'subject.'.repeat(50_000)}x`,
    `code:${long}`,
    long,
  ]
  const started = performance.now()
  for (const each of hostile)
    for (const value of [
      long,
      ','.repeat(500_000),
      '\\'.repeat(500_000),
      `${'$'.repeat(1000)}`,
      '9'.repeat(1999),
    ])
      try {
        parseSearch(
          'Observation',
          [
            [each, value],
            ['value-quantity', value],
            ['date', value],
            ['_sort', value],
          ],
          { strict: false },
        )
      } catch (error) {
        assert.ok(error instanceof SearchError)
      }
  assert.ok(performance.now() - started < 3000)
})
