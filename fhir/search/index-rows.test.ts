import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IndexRows } from './index-rows.ts'

test('ten thousand rows of one parameter are collected quickly, each once', () => {
  const started = performance.now()
  const rows = new IndexRows()
  for (let round = 0; round < 2; round++)
    for (let index = 0; index < 10_000; index++) rows.addText('identifier', `${index}`, 'urn:mrn')
  assert.equal(rows.rows.length, 10_000)
  assert.ok(performance.now() - started < 2000)
})

test('the same row of the next parameter is another one', () => {
  const rows = new IndexRows()
  rows.addText('code', 'a', '')
  rows.beginParameter()
  assert.equal(rows.hasRowsOf('code'), false)
  rows.addText('combo-code', 'a', '')
  assert.equal(rows.rows.length, 2)
})
