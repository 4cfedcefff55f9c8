import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseLocalPath } from './local-path.ts'

test('a path of this server is kept as it is, query and all', () => {
  for (const path of [
    '/',
    '/account/settings',
    '/o/authorize/?state=a%20b&redirect_uri=https%3A%2F%2Fapp.example%2F',
    '/a//b',
  ])
    assert.equal(parseLocalPath(path), path)
})

test('a path beyond ASCII is encoded, so that it fits into a header', () => {
  assert.equal(parseLocalPath('/é?q=日本#ü'), '/%C3%A9?q=%E6%97%A5%E6%9C%AC#%C3%BC')
})

test('nothing that a browser would take for another site is accepted', () => {
  const traps = [
    '',
    'account',
    'https://evil.example/',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    'javascript:alert(1)',
    '/a\r\nset-cookie: a=b',
    '/\u0000',
    '/.//evil.example',
    '/a/..//evil.example',
    '/./\\evil.example',
    ['/a', '/b'],
    undefined,
  ]
  for (const trap of traps) assert.equal(parseLocalPath(trap), undefined, JSON.stringify(trap))
})
