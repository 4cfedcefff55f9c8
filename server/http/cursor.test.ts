import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../secrets.ts'
import { createCursors } from './cursor.ts'

test('a cursor is read by whoever has the key, for its own list, and by nobody else', () => {
  const place = ['after', { id: 'o1', values: ['é', 12] }]
  const sealed = createCursors('key', systemRandom).seal(place, 'list')
  assert.deepEqual(createCursors('key', systemRandom).open(sealed, 'list'), place)
  assert.equal(createCursors('key', systemRandom).open(sealed, 'other list'), undefined)
  assert.equal(createCursors('other key', systemRandom).open(sealed, 'list'), undefined)
  for (const damaged of ['', 'A', sealed.slice(1), sealed.slice(0, -1), `${sealed}A`, `${sealed}=`])
    assert.equal(createCursors('key', systemRandom).open(damaged, 'list'), undefined)
})

test('no two cursors begin with the same bytes, however many are sealed', () => {
  const cursors = createCursors('key', systemRandom)
  const beginnings = Array.from({ length: 1000 }, () => cursors.seal('place', 'list').slice(0, 16))
  assert.equal(new Set(beginnings).size, beginnings.length)
})
