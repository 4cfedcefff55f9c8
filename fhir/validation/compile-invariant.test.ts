import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileInvariant } from './compile-invariant.ts'

const record = {
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 's', code: 'a' }, { code: 'b' }] },
  subject: { reference: 'Patient/ada' },
  valueQuantity: { value: 7, system: 'http://unitsofmeasure.org', code: 'mg' },
  effectivePeriod: { start: '2024-05', end: '2024-05-30' },
  component: [{ valueString: 'x' }, { code: { text: 'y' } }],
  note: [{ text: 'hello' }],
  numbers: [1, 2, null, 2],
}

const holds = (expression: string, work = { left: 10_000 }): boolean =>
  compileInvariant(expression)({
    value: record,
    resource: record,
    rootResource: record,
    type: 'Observation',
    work,
  })

const kept = [
  'value.exists() and value is Quantity',
  'value.ofType(Quantity).code = %context.value.code',
  '(value as Quantity).system = %ucum',
  'effective.start <= effective.end',
  // A month and a day within it: neither is certainly earlier.
  'effective.start > effective.end',
  'component.exists(value is string)',
  'component.where(value.exists()).count() = 1',
  'component.all(value.exists() xor code.exists())',
  "code.coding.select(code).isDistinct() and code.coding.code contains 'b'",
  "status in ('final' | 'amended') implies note.text.matches('^h.*o$')",
  "note.text.startsWith('he') and note.text.substring(1, 3) = 'ell' and note.text.length() = 5",
  'numbers.count() = 3 and numbers.isDistinct().not() and numbers[1] = 2',
  '1 + 2 * 3 mod 4 = 3 and 5 - 3 = 2',
  "nothing.empty() and (nothing = 'x').empty() and nothing.exists().not()",
  'subject.resolve().is(Patient) and (subject.resolve() is Group).not()',
  '%resource.descendants().where($this = 7).exists()',
  "iif(status = 'final', true, false)",
  'code.coding.where(system.exists()).intersect(%resource.code.coding).count() = 1',
  'status or nothing',
  'member.resolve().iif(empty(), true, ofType(Practitioner).exists())',
  'subject.resolve().iif(empty(), false, ofType(Patient).exists())',
  "'12'.toInteger() < 13 and 12.toString() = '12'",
  "nothing = 'x'",
]

for (const expression of kept)
  test(`${expression} holds`, () => {
    assert.equal(holds(expression), true)
  })

const broken = [
  'value.empty()',
  'value is string',
  "status = 'done'",
  "status in ('done' | 'amended')",
  'component.all(value.exists())',
  'numbers.isDistinct()',
  "note.text.contains('z') or code.coding.code contains 'z'",
  'status.exists() implies nothing.exists()',
  'status.exists() xor code.exists()',
  'nothing or nowhere',
  'value.value < 7',
]

for (const expression of broken)
  test(`${expression} is broken`, () => {
    assert.equal(holds(expression), false)
  })

test('what cannot be asked is refused when it is compiled', () => {
  for (const expression of ['a.memberOf(%x)', 'a ~ b', '%unknown.exists()', 'a.exists(', 'a b', '', '"x"'])
    assert.throws(() => compileInvariant(expression), /FHIRPath/, expression)
})

test('an invariant that would look at too much is left undecided', () => {
  const work = { left: 3 }
  assert.equal(holds("%resource.descendants().where($this = 'x').exists()", work), true)
  assert.ok(work.left <= 0)
})
