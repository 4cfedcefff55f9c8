import assert from 'node:assert/strict'
import { test } from 'node:test'
import { convert } from './number-values.ts'
import { findCanonicalUnit } from './units.ts'

const alike: [number, string, number, string][] = [
  [500, 'mg', 0.5, 'g'],
  [1, 'kg', 1000, 'g'],
  [1, '[lb_av]', 453.59237, 'g'],
  [16, '[oz_av]', 1, '[lb_av]'],
  [180, 'cm', 1.8, 'm'],
  [72, '[in_i]', 6, '[ft_i]'],
  [98.6, '[degF]', 37, 'Cel'],
  [310.15, 'K', 37, 'Cel'],
  [120, 'mm[Hg]', 15.99864, 'kPa'],
  [120, 'mmHg', 120, 'mm[Hg]'],
  [90, 'mg/dL', 0.9, 'g/L'],
  [5, 'mmol/L', 0.005, 'mol/L'],
  [7, '10*3/uL', 7, '10*9/L'],
  [4, '10*6/uL', 4, '10*12/L'],
  [60, '/min', 1, '/s'],
  [60, '{beats}/min', 60, '/min'],
  [25, 'kg/m2', 25_000, 'g/m2'],
  [60, 'mL/min/{1.73_m2}', 1, 'mL/s'],
  [1, 'a', 365.25, 'd'],
  [2, 'wk', 14, 'd'],
  [3, 'ug', 3, 'mcg'],
  [3, 'µg/mL', 3000, 'ng/mL'],
  [4, 'meq/L', 4, 'mEq/L'],
  [10, 'm[IU]/mL', 10, '[IU]/L'],
  [1, 'mm/h', 1000, 'um/h'],
]
for (const [first, unit, second, other] of alike)
  test(`${first} ${unit} is ${second} ${other}`, () => {
    const a = findCanonicalUnit(unit)
    const b = findCanonicalUnit(other)
    assert.ok(a && b)
    assert.equal(a.unit, b.unit)
    assert.equal(convert(first, a), convert(second, b))
  })

test('what differs in dimension is not comparable', () => {
  assert.notEqual(findCanonicalUnit('mg/dL')?.unit, findCanonicalUnit('mmol/L')?.unit)
  assert.notEqual(findCanonicalUnit('m2')?.unit, findCanonicalUnit('m')?.unit)
})

for (const unit of [
  '',
  '{score}',
  'constructor',
  '10*3',
  '1',
  'xyz',
  'mg//dL?',
  '/',
  '.',
  'mg{',
  '0',
  'kmin',
  '__proto__',
])
  test(`"${unit}" is no unit of ours`, () => assert.equal(findCanonicalUnit(unit), undefined))
