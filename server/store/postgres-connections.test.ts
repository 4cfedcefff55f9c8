import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import type { Pool } from 'pg'
import { replacingDeadConnections } from './postgres-connections.ts'
import { findStoreFailure } from './store-failure.ts'

test('a connection that dies and cannot be replaced is given back once, and what was asked fails as unavailable', async () => {
  let released = 0
  const client = Object.assign(new EventEmitter(), {
    query: (_config: unknown, done: (error: Error) => void) =>
      done(Object.assign(new Error('reset by peer'), { code: 'ECONNRESET' })),
    release() {
      // As the driver does.
      if (++released > 1)
        throw new Error('Release called on client which has already been released to the pool.')
    },
  })
  let connected = 0
  const pool = {
    options: { max: 10 },
    async connect() {
      if (++connected === 1) return client
      throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    },
  }
  const lent = await replacingDeadConnections(pool as unknown as Pool).connect()
  await assert.rejects(
    async () => {
      try {
        await lent.query('select 1', [])
      } finally {
        // Kysely gives it back whatever happened.
        lent.release()
      }
    },
    (error) => findStoreFailure(error)?.code === 'store-unavailable',
  )
  assert.equal(released, 1)
})
