import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { memberships } from '#fhir/compartment/about-the-patient.ts'
import { testData } from '../../test/support/test-data.ts'
import { findParameter, parametersOf, searchableTypes } from './parameters.ts'

test('every type that can be stored can be searched, by the common parameters at least', () => {
  assert.deepEqual(searchableTypes, [...memberships.keys()].sort())
  for (const type of searchableTypes)
    for (const code of ['_id', '_lastUpdated', '_profile', '_security', '_source', '_tag'])
      assert.ok(findParameter(type, code), `${type}.${code}`)
})

test('an unknown type or parameter is undefined', () => {
  assert.equal(findParameter('Nothing', '_id'), undefined)
  assert.equal(findParameter('Patient', 'constructor'), undefined)
  assert.deepEqual(parametersOf('Nothing'), [])
})

test('a parameter that many types share has only what applies to the type', () => {
  const patient = findParameter('Observation', 'patient')
  assert.equal(patient?.expression, 'Observation.subject.where(resolve() is Patient)')
  assert.deepEqual(patient?.targets, ['Patient'])
  assert.deepEqual(findParameter('Observation', 'encounter')?.targets, ['Encounter'])
  assert.equal(findParameter('MedicationRequest', 'code')?.type, 'token')
})

test('references that may name anything name every searchable type', () => {
  assert.deepEqual(findParameter('Provenance', 'target')?.targets, searchableTypes)
})

test('every reference has targets, and every composite two parameters of its type', () => {
  for (const type of searchableTypes)
    for (const { code, type: kind, targets, components } of parametersOf(type)) {
      const name = `${type}.${code}`
      assert.equal(targets.length > 0, kind === 'reference', name)
      assert.equal(components?.length ?? 0, kind === 'composite' ? 2 : 0, name)
      assert.equal(
        components === undefined || findParameter(type, components[0]?.code ?? '')?.type === 'token',
        true,
        name,
      )
      for (const part of components ?? []) assert.ok(findParameter(type, part.code), `${name} ${part.code}`)
    }
})

for (const version of ['6.1.0', '8.0.0']) {
  const archive = testData(`us-core/hl7.fhir.us.core-${version}.tgz`)
  test(`every parameter of US Core ${version} is there`, {
    skip: archive ? false : 'US Core is not here',
  }, () => {
    const list = execFileSync('tar', ['-tzf', archive ?? ''], { encoding: 'utf8' }).split('\n')
    const names = list.filter((name) => name.startsWith('package/SearchParameter-'))
    assert.ok(names.length > 100)
    const text = execFileSync('tar', ['-xzOf', archive ?? '', ...names], { encoding: 'utf8', maxBuffer: 1e8 })
    const found = [...text.matchAll(/"code":"([^"]+)","base":\["(\w+)"\]/g)]
    assert.equal(found.length, names.length)
    for (const [, code = '', type = ''] of found) assert.ok(findParameter(type, code), `${type}.${code}`)
  })
}
