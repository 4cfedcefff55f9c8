import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decimal, numbersOf } from '../test/support/decimals.ts'
import { hasExactNumbers, parseExact, stringifyExact } from './exact-json.ts'

/** JavaScript moves names that are whole numbers to the front. */
const memberName = fc.string({ maxLength: 5 }).filter((name) => !/^\d+$/.test(name))

test('JSON comes out with the numbers that it came in with', () => {
  const json = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      decimal,
      fc.string().map((text) => JSON.stringify(text)),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[ ${items.join(',\n')} ]`),
      fc
        .uniqueArray(fc.tuple(memberName, tie('value')), { maxLength: 4, selector: ([name]) => name })
        .map(
          (members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(',')}}`,
        ),
    ),
  })).value
  fc.assert(
    fc.property(json, (text) => {
      const wrapped = `{"a":${text}}`
      assert.deepEqual(numbersOf(stringifyExact(parseExact(wrapped))), numbersOf(wrapped))
      assert.deepEqual(JSON.parse(stringifyExact(parseExact(wrapped))), JSON.parse(wrapped))
    }),
    { numRuns: 2000 },
  )
})

test('only texts that need it are looked at twice', () => {
  const plain = [
    '{"a":1.5,"b":[0,-3,12.25],"c":52.98358450460521}',
    '{"t":"2024-01-01T10:20:30.000Z","u":"1.0, 2.0"}',
  ]
  for (const text of plain) assert.equal(hasExactNumbers(text), false, text)
  for (const number of ['1.10', '1.0', '1e3', '0.000100', '-0', '0.00000001', '12345678901234567890'])
    assert.equal(hasExactNumbers(`{"a": ${number}}`), true, number)
})
