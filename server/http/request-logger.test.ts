import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { type Level, pino } from 'pino'
import { lazyLoggers } from './request-logger.ts'

/** A server whose log is kept, and how many loggers were made for requests. */
function aServer(level: Level) {
  const lines: Array<{ level: number; msg: string; reqId?: string }> = []
  const logger = pino({ level }, { write: (line) => lines.push(JSON.parse(line)) })
  let made = 0
  const counting = new Proxy(logger, {
    get(target, name) {
      if (name === 'child') made++
      return Reflect.get(target, name)
    },
  })
  const app = fastify({
    loggerInstance: counting,
    childLoggerFactory: lazyLoggers((each) => logger.isLevelEnabled(each)),
    genReqId: () => 'req_1',
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
  return { app, lines, made: () => made }
}

test('a request that writes nothing makes no logger', async () => {
  const { app, lines, made } = aServer('warn')
  const before = made()
  await app.inject('/quiet')
  assert.equal(made(), before)
  assert.deepEqual(lines, [])
})

test('what a request writes carries its id, from the level of the server on', async () => {
  const { app, lines } = aServer('warn')
  await app.inject('/loud')
  assert.deepEqual(
    lines.map(({ msg, reqId }) => [msg, reqId]),
    [
      ['take care', 'req_1'],
      ['and more', 'req_1'],
    ],
  )
})

test('where every request is written, each is, once at its beginning and once at its end', async () => {
  const { app, lines } = aServer('info')
  await app.inject('/quiet')
  assert.deepEqual(
    lines.map(({ msg, reqId }) => [msg, reqId]),
    [
      ['incoming request', 'req_1'],
      ['request completed', 'req_1'],
    ],
  )
})

test('a route with a level of its own keeps it', async () => {
  const { app, lines } = aServer('warn')
  await app.inject('/own')
  assert.ok(lines.some(({ msg }) => msg === 'in detail'))
})
