import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkAddress, normalizeAddress } from './addresses.ts'

test('each way to write an address is one address', () => {
  const ways: Record<string, string[]> = {
    'josé@lima.example': ['jose\u0301@lima.example', ' JOSÉ@Lima.Example ', 'JOSE\u0301@LIMA.EXAMPLE'],
    'ana@xn--bcher-kva.example': [
      'ana@bücher.example',
      'Ana@BU\u0308CHER.example',
      'ana@XN--BCHER-KVA.EXAMPLE',
      'ana@bücher\u3002example',
    ],
    'ana@xn--strae-oqa.example': ['ana@straße.example'],
    'ana.lima+news@example.com': ['Ana.Lima+News@EXAMPLE.COM'],
    'ана@xn--80ak6aa92e.example': ['АНА@аррӏе.example'],
    'i\u0307zmir@example.com': ['İzmir@example.com', 'I\u0307ZMIR@example.com'],
  }
  for (const [kept, written] of Object.entries(ways))
    for (const text of [kept, ...written]) {
      assert.equal(checkAddress(text, 'email'), kept, text)
      assert.equal(normalizeAddress(normalizeAddress(text)), kept, 'applied twice it changes nothing')
    }
})

test('what is no address is refused with words that name the part', () => {
  const refused: Record<string, RegExp> = {
    '': /like name@example.com\.$/,
    ana: /like name@example.com\.$/,
    '@lima.example': /like name@example.com\.$/,
    'ana@': /like name@example.com\.$/,
    'ana@lima@example.com': /like name@example.com\.$/,
    'a..b@example.com': /a dot too many/,
    '.ana@example.com': /a dot too many/,
    'ana.@example.com': /a dot too many/,
    'ana lima@example.com': /a sign that cannot be there/,
    'ana\u00a0lima@example.com': /a sign that cannot be there/,
    'ana\u202e@example.com': /a sign that cannot be there/,
    'ana\u0000@example.com': /a sign that cannot be there/,
    '"ana"@example.com': /a sign that cannot be there/,
    'ana@localhost': /after the @/,
    'ana@example..com': /after the @/,
    'ana@.example.com': /after the @/,
    'ana@example.com.': /after the @/,
    'ana@-example.com': /after the @/,
    'ana@exa_mple.com': /after the @/,
    'ana@127.0.0.1': /after the @/,
    'ana@127.1': /after the @/,
    'ana@[127.0.0.1]': /after the @/,
    'ana@example%2ecom': /after the @/,
    'ana@exam\u200bple.com': /after the @/,
    'ana@example.com/path': /after the @/,
    'ana@example.com\uff0fpath': /after the @/,
    'ana@example.com\\path': /after the @/,
    'ana@example.com?x': /after the @/,
    'ana@eve.example#example.com': /after the @/,
    'ana@example.com:25': /after the @/,
    'ana@xn--a.example': /after the @/,
    [`ana@${'a'.repeat(64)}.example`]: /after the @/,
    [`${'é'.repeat(33)}@example.com`]: /before the @ is too long/,
    [`${'a'.repeat(60)}@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.com`]: /./,
  }
  for (const [text, words] of Object.entries(refused))
    assert.throws(
      () => checkAddress(text, 'email'),
      (error: { code?: string; field?: string; message?: string }) =>
        error.code === 'invalid-parameter' && error.field === 'email' && words.test(error.message ?? ''),
      text,
    )
})

test('a stranger can type anything where an address is looked up', () => {
  for (const text of [
    'a..b@Example.com',
    'x'.repeat(100_000),
    `ana@${'ü'.repeat(300)}`,
    '@',
    '%@%',
    '\ud800@x.y',
  ])
    assert.equal(normalizeAddress(normalizeAddress(text)), normalizeAddress(text), text.slice(0, 20))
  assert.equal(normalizeAddress('A..B@BÜCHER.example'), 'a..b@xn--bcher-kva.example')
})
