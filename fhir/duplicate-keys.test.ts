import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findDuplicateKey } from './duplicate-keys.ts'

const cases: Array<[string, string | undefined]> = [
  ['{}', undefined],
  ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}', undefined],
  ['{"a":1,"a":2}', 'a'],
  ['{ "a" : 1 , "b" : [ 1, { "c" : "a" , "c" : 2 } ] }', 'b[1].c'],
  ['{"name":[{"family":"A"},{"family":"B","given":["x","y"],"family":"C"}]}', 'name[1].family'],
  // The same name, written otherwise.
  ['{"name":1,"n\\u0061me":2}', 'name'],
  // Texts that look like names.
  ['{"a":"\\"a\\":","b":"a","c":["a","a"]}', undefined],
  ['{"a":"x\\\\","b":1,"a":2}', 'a'],
  [`{${Array.from({ length: 30 }, (_, at) => `"k${at}":{}`).join()},"k7":1}`, 'k7'],
]
for (const [text, place] of cases)
  test(`names in ${text.slice(0, 60)}`, () => assert.equal(findDuplicateKey(text), place))

test('what JSON.stringify wrote has no name twice, and a name written twice is found', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (value, name) => {
      const text = JSON.stringify(value)
      assert.equal(findDuplicateKey(text), undefined)
      const twice = `{"x":[${text}],${JSON.stringify(name)}:${text},"y":{${JSON.stringify(name)}:1,${JSON.stringify(name)}:2}}`
      assert.ok(findDuplicateKey(twice) !== undefined)
    }),
    { numRuns: 2000 },
  )
})
