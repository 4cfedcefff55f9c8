import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { evaluate } from '../../test/search/oracle.ts'
import { demoResources, sample, syntheaResources } from '../../test/search/resources.ts'
import { typeOfReference } from '../fhirpath/values.ts'
import { compilePath, selectPath } from './compile-path.ts'
import { parametersOf, searchableTypes } from './parameters.ts'

test('every expression of the table can be compiled', () => {
  const failures: string[] = []
  for (const type of searchableTypes)
    for (const { code, expression, components = [] } of parametersOf(type))
      for (const each of [expression, ...components.map((part) => part.expression)])
        try {
          compilePath(each, () => undefined)
        } catch (error) {
          failures.push(`${type}.${code}: ${error}`)
        }
  assert.deepEqual(failures, [])
})

const observation = {
  resourceType: 'Observation',
  status: 'final',
  effectivePeriod: { start: '2024' },
  valueQuantity: { value: 7 },
  performer: [
    { reference: 'Practitioner/1' },
    { reference: 'http://other.example/r4/Patient/2/_history/1' },
    { reference: 'urn:uuid:1', type: 'Patient' },
  ],
  component: [{ code: { text: 'a' } }, { code: { text: 'b' }, valueString: 'x' }],
  extension: [
    { url: 'http://a.example', valueCode: 'one' },
    { url: 'http://b.example', valueCode: 'two' },
  ],
}

const selected: [string, unknown[]][] = [
  ['Observation.status', ['final']],
  ['Observation.component.code.text', ['a', 'b']],
  ['Observation.effective', [{ start: '2024' }]],
  ['Observation.value as Quantity', [{ value: 7 }]],
  ['(Observation.value as Quantity).value', [7]],
  ['Observation.value.ofType(string)', []],
  ['Observation.value.as(Quantity)', [{ value: 7 }]],
  ['Observation.status | Observation.component.value.ofType(string)', ['final', 'x']],
  [
    'Observation.performer.where(resolve() is Patient).reference',
    ['http://other.example/r4/Patient/2/_history/1', 'urn:uuid:1'],
  ],
  ["Observation.extension.where(url = 'http://b.example').value.ofType(code)", ['two']],
  ["Observation.extension('http://a.example').value.ofType(code)", ['one']],
  ["Observation.component.where(code.exists() and value.ofType(string) = 'x').code.text", ['b']],
  ['Observation.component.first().code.text', ['a']],
  ['Observation.component[1].code.text', ['b']],
  ['Observation.component[2].code.text', []],
  ["Observation.status != 'draft'", [true]],
  ['Observation.note.exists()', [false]],
]
for (const [expression, values] of selected)
  test(`${expression} selects ${JSON.stringify(values)}`, () => {
    assert.deepEqual(selectPath(expression, observation), values)
  })

test('null between primitives is no value', () => {
  assert.deepEqual(selectPath('Patient.name.given', { name: [{ given: [null, 'Ann'] }] }), ['Ann'])
})

for (const [expression, reason] of [
  ['Patient.name.matches()', 'a function'],
  ['Patient.name..given', 'two points'],
  ['Patient.birthDate + 1', 'a sum'],
  ['Patient.link.resolve()', 'resolve alone'],
  ["Patient.name.where(use = 'official'", 'an open parenthesis'],
] as const)
  test(`what search does not know is refused when it is compiled: ${reason}`, () => {
    assert.throws(() => compilePath(expression, () => undefined), /FHIRPath/)
  })

test('the type of a reference is read from its address, else from its type', () => {
  assert.equal(typeOfReference({ reference: 'Patient/1' }), 'Patient')
  assert.equal(typeOfReference({ reference: 'https://a.example/r4/Group/1' }), 'Group')
  assert.equal(typeOfReference({ type: 'Device', identifier: { value: '1' } }), 'Device')
  assert.equal(typeOfReference({ reference: '#contained' }), undefined)
  assert.equal(typeOfReference({ display: 'somebody' }), undefined)
})

function checkAgreement(resources: Resource[]): void {
  for (const resource of resources)
    for (const { code, expression } of parametersOf(resource.resourceType)) {
      const name = `${resource.resourceType}/${resource.id} ${code}`
      assert.deepEqual(selectPath(expression, resource), evaluate(expression, resource), name)
    }
}

test('demo records: every parameter selects the same elements as another FHIRPath', () => {
  checkAgreement(sample(demoResources(), 500))
})

const synthea = syntheaResources(6)
test(
  'Synthea records: every parameter selects the same elements as another FHIRPath',
  { skip: synthea ? false : 'the Synthea files are not here' },
  () => checkAgreement(sample(synthea ?? [], 500)),
)
