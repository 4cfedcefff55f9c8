import type { FastifyPluginAsync } from 'fastify'
import type { Store } from '../store/store.ts'
import { findStoreFailure, storeRetrySeconds } from '../store/store-failure.ts'

/**
 * `/healthz` says that the process answers, `/readyz` that the database takes writes as well. Load balancers and service managers ask
 * them. Requests that come at the same time share one write.
 */
export const probes: FastifyPluginAsync<{ store: Store }> = async (app, { store }) => {
  let asking: Promise<void> | undefined
  const assertWritable = () => {
    asking ??= store.assertWritable().finally(() => {
      asking = undefined
    })
    return asking
  }
  app.get('/healthz', { logLevel: 'warn' }, async () => ({ status: 'ok' }))
  app.get('/readyz', { logLevel: 'warn' }, async (request, reply) => {
    try {
      await assertWritable()
      return { status: 'ok' }
    } catch (error) {
      request.log.warn({ err: error }, 'the database takes no writes')
      const reason = findStoreFailure(error)?.message
      return reply
        .code(503)
        .header('retry-after', String(storeRetrySeconds))
        .send({ status: 'unavailable', ...(reason === undefined ? {} : { reason }) })
    }
  })
}
