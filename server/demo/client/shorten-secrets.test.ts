import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shortenSecrets } from './shorten-secrets.ts'

test('a long secret keeps its first six characters, a short one none', () => {
  assert.equal(shortenSecrets('a=abcdefghijklmn&b=secret', ['abcdefghijklmn', 'secret']), 'a=abcdef…&b=…')
})

test('a secret is found in its URL-encoded spelling, too', () => {
  assert.equal(shortenSecrets('code=abcdef%2Fghijk%3D%3D', ['abcdef/ghijk==']), 'code=abcdef…')
})

test('a secret that begins like another is cut as a whole', () => {
  assert.equal(
    shortenSecrets('token_number_one_next', ['token_number_one', 'token_number_one_next']),
    'token_…',
  )
})

test('an empty secret changes nothing', () => {
  assert.equal(shortenSecrets('abc', ['']), 'abc')
})
