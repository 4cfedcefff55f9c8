import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeArray } from './postgres-array.ts'

test('texts of an array are quoted, so that none of them is taken for its syntax or for NULL', () => {
  assert.equal(writeArray([]), '{}')
  assert.equal(writeArray([1, null, -0.5, 1e300]), '{1,NULL,-0.5,1e+300}')
  assert.equal(
    writeArray(['', 'NULL', 'a,b}', 'say "so"', 'C:\\', '\\"']),
    '{"","NULL","a,b}","say \\"so\\"","C:\\\\","\\\\\\""}',
  )
})
