import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemRandom } from '../../secrets.ts'
import { createBrowserSeal } from './browser-seal.ts'

test('what was sealed for a browser opens for that browser alone', () => {
  const seal = createBrowserSeal(systemRandom)
  const sealed = seal.seal('one', 'a refresh token')
  assert.ok(!Buffer.from(sealed, 'base64url').toString('latin1').includes('refresh'))
  assert.equal(seal.open('one', sealed), 'a refresh token')
  assert.equal(seal.open('two', sealed), undefined)
})

test('a changed, cut or foreign seal does not open', () => {
  const seal = createBrowserSeal(systemRandom)
  const sealed = seal.seal('one', 'a refresh token')
  const bytes = Buffer.from(sealed, 'base64url')
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ 1
    assert.equal(seal.open('one', changed.toString('base64url')), undefined)
    assert.equal(seal.open('one', bytes.subarray(0, index).toString('base64url')), undefined)
  }
  assert.equal(createBrowserSeal(systemRandom).open('one', sealed), undefined)
  assert.equal(seal.open('one', 'not base64 at all !'), undefined)
})

test('a state fits the browser it was issued to, and no other', () => {
  const seal = createBrowserSeal(systemRandom)
  const state = seal.issueState('one')
  assert.ok(seal.isStateOf('one', state))
  assert.ok(!seal.isStateOf('two', state))
  assert.ok(!seal.isStateOf('one', ''))
  assert.ok(!seal.isStateOf('one', '.'))
  assert.notEqual(seal.issueState('one'), state)
})
