import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeFailure } from './describe-failure.ts'

test('what the system refuses is reported with its place and what to do, and a bug of ours with its stack', () => {
  const cases: Array<[object, RegExp]> = [
    [{ code: 'EACCES', syscall: 'listen', port: 443 }, /may not listen on port 443.*Set PORT/],
    [
      { code: 'EACCES', syscall: 'mkdir', path: '/var/lib/onpatient' },
      /^\/var\/lib\/onpatient: this account may not/,
    ],
    [{ code: 'ENOSPC', syscall: 'write' }, /^A file: the disk is full/],
    [{ code: 'EADDRNOTAVAIL', syscall: 'listen', address: '203.0.113.1' }, /does not have the address 203/],
    [
      { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: 'db.exmaple' },
      /does not know the host name db\.exmaple/,
    ],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, /TLS fails/],
    [{ code: '28P01' }, /PostgreSQL refuses/],
  ]
  for (const [fields, words] of cases) {
    const reported = describeFailure(Object.assign(new Error('as the system says'), fields))
    assert.match(reported, words)
    assert.doesNotMatch(reported, /^\s+at /m)
  }
  assert.match(describeFailure(new TypeError('x is not a function')), /^\s+at /m)
})
