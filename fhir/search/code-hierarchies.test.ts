import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findRelatedCodes } from './code-hierarchies.ts'

const v3 = (name: string) => `http://terminology.hl7.org/CodeSystem/v3-${name}`

test('a code comes with all that are below or above it, over several steps and several parents', () => {
  const find = (name: string, code: string, direction: 'above' | 'below') =>
    findRelatedCodes({ system: v3(name), code }, direction)?.toSorted()
  assert.deepEqual(find('ActCode', 'ACUTE', 'above'), [
    'ACUTE',
    'IMP',
    '_ActCareProvisionCode',
    '_ActEncounterCode',
  ])
  assert.deepEqual(find('ActCode', 'IMP', 'below'), ['ACUTE', 'IMP', 'NONAC'])
  // Nested in one, and named as its child by the other.
  assert.ok(find('orderableDrugForm', 'ORDROP', 'above')?.includes('ORALSOL'))
  assert.ok(find('orderableDrugForm', 'ORDROP', 'above')?.includes('DROP'))
})

test('a system without a hierarchy has each code by itself, and an unknown system none', () => {
  const category = 'http://terminology.hl7.org/CodeSystem/observation-category'
  assert.deepEqual(findRelatedCodes({ system: category, code: 'laboratory' }, 'below'), ['laboratory'])
  assert.equal(findRelatedCodes({ system: 'http://snomed.info/sct', code: '404684003' }, 'below'), undefined)
  assert.deepEqual(findRelatedCodes({ system: category, code: 'constructor' }, 'below'), ['constructor'])
})
