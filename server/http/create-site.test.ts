import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Level, pino } from 'pino'
import { systemClock } from '../clock.ts'
import { systemRandom } from '../secrets.ts'
import { readSettings } from '../settings.ts'
import { createSite } from './create-site.ts'

interface Line {
  level: number
  msg: string
  reqId?: string
  req?: { method: string; url: string; address?: string }
}

function aSite(level: Level, env: Record<string, string> = {}) {
  const lines: Line[] = []
  const logger = pino({ level }, { write: (line) => lines.push(JSON.parse(line)) })
  const app = createSite({
    logger,
    clock: systemClock,
    random: systemRandom,
    settings: readSettings(env),
    isSecure: false,
  })
  app.get('/quiet', async () => 'nothing to say')
  app.get('/loud', async (request) => {
    request.log.warn('take care')
    request.log.child({}).error('and more')
    return 'said'
  })
  app.get('/own', { logLevel: 'trace' }, async (request) => {
    request.log.trace('in detail')
    return 'said'
  })
  return { app, lines }
}

test('what a request writes carries its id, from the level of the server on', async () => {
  const { app, lines } = aSite('warn')
  await app.inject('/quiet')
  assert.deepEqual(lines, [])
  const { headers } = await app.inject('/loud')
  const id = headers['x-request-id']
  assert.deepEqual(
    lines.map(({ msg, reqId }) => [msg, reqId]),
    [
      ['take care', id],
      ['and more', id],
    ],
  )
})

test('at the level of all requests each has two lines, with its address redacted and none of the client', async () => {
  const { app, lines } = aSite('info')
  await app.inject('/quiet?name=Ada&_count=5')
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['incoming request', 'request completed'],
  )
  assert.equal(new Set(lines.map(({ reqId }) => reqId)).size, 1)
  assert.deepEqual(lines[0]?.req, { method: 'GET', url: '/quiet?name=•••&_count=5' })
})

test('LOG_ADDRESSES adds the address of the client', async () => {
  const { app, lines } = aSite('info', { LOG_ADDRESSES: 'yes' })
  await app.inject('/quiet')
  assert.equal(lines[0]?.req?.address, '127.0.0.1')
})

test('a route with a level of its own keeps it', async () => {
  const { app, lines } = aSite('warn')
  await app.inject('/own')
  assert.ok(lines.some(({ msg }) => msg === 'in detail'))
})
