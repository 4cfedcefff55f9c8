import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSearch } from './parse-search.ts'
import type { Condition } from './search-query.ts'

const ask = (type: string, query: string, strict = true) =>
  parseSearch(type, [...new URLSearchParams(query)], { strict, bases: ['https://our.example/fhir'] })

/** A condition in one line. */
function write(condition: Condition): string {
  if (condition.kind === 'and') return `(${condition.conditions.map(write).join(' and ')})`
  if (condition.kind === 'or') return `(${condition.conditions.map(write).join(' or ')})`
  if (condition.kind === 'chain')
    return `${condition.reference.code}:${condition.targetType}.${write(condition.condition)}`
  if (condition.kind === 'has')
    return `${condition.type}.${condition.reference.code} has ${write(condition.condition)}`
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
  [
    'Practitioner',
    '_has:Encounter:participant:patient.name=a',
    ['Encounter.participant has patient:Patient.name'],
  ],
  [
    'Patient',
    '_has:Observation:patient:_has:Provenance:target:agent=Practitioner/1',
    ['Observation.patient has Provenance.target has agent'],
  ],
]
for (const [type, query, expected] of conditions)
  test(`conditions of ${type}?${query}`, () =>
    assert.deepEqual(ask(type, query).conditions.map(write), expected))

test('what the answer looks like', () => {
  const query = ask(
    'Observation',
    '_sort=-date,_id&_count=5000&_include=Observation:subject:Patient&_include:iterate=Patient:organization' +
      '&_include=*&_revinclude=Provenance:target&_summary=text&_elements=Observation.code,status&_total=accurate&_format=json&_pretty=1',
  )
  assert.deepEqual(query.conditions, [])
  assert.deepEqual(
    query.sort.map(({ parameter, descending }) => [
      typeof parameter === 'string' ? parameter : parameter.code,
      descending,
    ]),
    [
      ['date', true],
      ['_id', false],
    ],
  )
  assert.equal(query.count, 1000)
  assert.deepEqual(
    query.includes.map(({ parameter, ...rule }) => ({
      ...rule,
      code: parameter === '*' ? '*' : parameter.code,
    })),
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
  assert.throws(() => ask('Patient', 'cod=1'), {
    name: 'SearchError',
    parameter: 'cod',
    message: /no search parameter "cod".*gender/s,
  })
  const { ignored, conditions } = ask('Patient', 'cod=1&gender=&active=true', false)
  assert.deepEqual(
    ignored.map(({ name }) => name),
    ['cod', 'gender'],
  )
  assert.equal(conditions.length, 1)
})

test('what is included is asked for once, however often the search says it', () => {
  const parse = (parameters: string[]) =>
    parseSearch('Patient', new URLSearchParams(parameters.join('&')), { strict: true }).revincludes.length
  const everything = parse(['_revinclude=*'])
  assert.equal(parse(['_revinclude=*', '_revinclude=*', '_revinclude=Observation:*']), everything)
  assert.equal(parse(['_revinclude=Observation:*', '_revinclude=*']), everything)
  assert.equal(parse(['_revinclude=*', '_revinclude=Provenance:target']), everything + 1)
  assert.equal(parse(['_revinclude=Provenance:target', '_revinclude=Provenance:target']), 1)
  assert.equal(parse(['_revinclude=Provenance:target', '_revinclude:iterate=Provenance:target']), 2)
})
