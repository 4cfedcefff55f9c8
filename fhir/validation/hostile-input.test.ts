import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadValidator } from './validate.ts'

const validator = await loadValidator()
const seed = 20261124

const types = [
  'Patient',
  'Observation',
  'Bundle',
  'Parameters',
  'Questionnaire',
  'StructureDefinition',
  'Nothing',
]
const names = [
  ...[
    'id',
    'meta',
    'profile',
    'text',
    'div',
    'status',
    'contained',
    'extension',
    'url',
    'valueString',
    'value',
  ],
  ...[
    'valueQuantity',
    'name',
    '_name',
    'given',
    '_given',
    'code',
    'coding',
    'system',
    'subject',
    'reference',
  ],
  ...['component', 'entry', 'resource', 'parameter', 'part', 'item', 'period', 'start', 'end', 'identifier'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'resourceType',
    'element',
    'snapshot',
    'path',
  ],
]
const profiles = [
  'us-core-patient',
  'us-core-blood-pressure|6.1.0',
  'us-core-race',
  'us-core-observation-lab',
]
const texts = [
  '',
  '#',
  '#p',
  'Patient/1',
  '2020-01-01',
  'http://a.example',
  'final',
  '<div>',
  'urn:uuid:1',
  '\u0000',
]

/** JSON with the names of FHIR in all the wrong places. */
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(null, true, 0, -1.5, 1e308, ...texts, ...types),
    fc.constantFrom(...profiles.map((name) => `http://hl7.org/fhir/us/core/StructureDefinition/${name}`)),
    fc.string({ maxLength: 8 }),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 8 }),
}))

test('whatever JSON comes, the validator gives issues and never throws', () => {
  fc.assert(
    fc.property(json.value, json.object, fc.constantFrom(...types), (any, fields, resourceType) => {
      const asRead = JSON.parse(JSON.stringify([any, { ...fields, resourceType }]))
      for (const resource of asRead) {
        const issues = validator.validate(resource, { profiles: typeof any === 'string' ? [any] : [] })
        for (const { expression, message } of issues) assert.ok(expression !== '' && message !== '')
      }
      assert.ok(any === asRead[0] || validator.validate(any).length >= 0)
    }),
    { seed, numRuns: 10_000 },
  )
})

const good = {
  resourceType: 'Observation',
  meta: { profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-blood-pressure'] },
  status: 'final',
  category: [{ coding: [{ system: 'a', code: 'vital-signs' }] }],
  code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
  subject: { reference: 'Patient/ada' },
  effectivePeriod: { start: '2025-01-02', end: '2025-01-03' },
  component: [
    { code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] }, valueQuantity: { value: 1 } },
  ],
  extension: [{ url: 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race', extension: [] }],
}

test('a good record with anything at any place never makes it throw', () => {
  const places = pathsIn(good)
  fc.assert(
    fc.property(fc.constantFrom(...places), json.value, (path, value) => {
      const changed = structuredClone(good)
      const last = path.at(-1) ?? ''
      const owner = path.slice(0, -1).reduce<unknown>((of, step) => (of as Fields)[step], changed) as Fields
      owner[last] = JSON.parse(JSON.stringify(value))
      assert.ok(Array.isArray(validator.validate(changed)))
    }),
    { seed, numRuns: 10_000 },
  )
})

test('nesting without end is one error', () => {
  let nested: object = {}
  for (let depth = 0; depth < 100_000; depth++) nested = { extension: [nested] }
  const issues = validator.validate({ resourceType: 'Patient', ...nested })
  assert.deepEqual(
    issues.map(({ code }) => code),
    ['too-long'],
  )
})

test('no more errors are reported than anybody reads', () => {
  const name = Array.from({ length: 100_000 }, () => ({ family: 1 }))
  assert.equal(validator.validate({ resourceType: 'Patient', name }).length, 100)
})

test('records made to keep the server busy are answered soon', () => {
  const many = <Each>(count: number, each: (index: number) => Each) =>
    Array.from({ length: count }, (_, index) => each(index))
  const coding = (count: number, system: string) => many(count, (index) => ({ system, code: `c${index}` }))
  const url = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient'
  const hostile = [
    // obs-7 compares the codes of each component with all of the observation.
    {
      ...good,
      code: { coding: coding(30_000, 'http://a') },
      component: many(3000, () => ({ code: { coding: coding(20, 'http://b') }, valueBoolean: true })),
    },
    { resourceType: 'Patient', meta: { profile: many(50_000, (index) => `${url}|8.0.${index}`) } },
    {
      resourceType: 'Patient',
      contained: many(20_000, (index) => ({ resourceType: 'Basic', id: `b${index}` })),
    },
    {
      resourceType: 'Patient',
      text: { status: 'generated', div: `<div src=${' '.repeat(1_000_000)}</div>` },
    },
    { resourceType: 'Patient', text: { status: 'generated', div: `<div${' on'.repeat(400_000)}</div>` } },
    { resourceType: 'Patient', text: { status: 'generated', div: `<div>${'< '.repeat(400_000)}</div>` } },
    { resourceType: 'Patient', language: `${'a '.repeat(500_000)} ` },
    { resourceType: 'Patient', photo: [{ data: `${'A'.repeat(5_000_000)}*` }] },
    { resourceType: 'Patient', managingOrganization: { reference: `${'Aa/'.repeat(500_000)}!` } },
  ]
  for (const resource of hostile) {
    const start = performance.now()
    validator.validate(resource)
    const took = performance.now() - start
    assert.ok(took < 2000, `${JSON.stringify(resource).slice(0, 80)} took ${Math.round(took)} ms`)
  }
})

type Fields = Record<string, unknown>

function pathsIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path]
  const below = Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, key]))
  return path.length === 0 ? below : [path, ...below]
}
