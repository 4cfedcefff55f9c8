import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createUnitSet } from './unit-set.ts'

test('a unit set holds what was added, counts it once, and grows', () => {
  const units = createUnitSet()
  const added = [0, 7, 8, 8, 511, 512, 3_000_000]
  for (const unit of added) units.add(unit)
  assert.equal(units.size, 6)
  for (const unit of added) assert.ok(units.has(unit))
  for (const unit of [1, 9, 513, 2_999_999, 9_000_000]) assert.ok(!units.has(unit))
})
