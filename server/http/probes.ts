import type { FastifyPluginAsync } from 'fastify'
import { sql } from 'kysely'
import type { Store } from '../store/store.ts'

/** `/healthz`: the process answers. `/readyz`: the database does too. For load balancers and service managers. */
export const probes: FastifyPluginAsync<{ store: Store }> = async (app, { store }) => {
  app.get('/healthz', { logLevel: 'warn' }, async () => ({ status: 'ok' }))
  app.get('/readyz', { logLevel: 'warn' }, async (request, reply) => {
    try {
      await sql`select 1`.execute(store.db)
      return { status: 'ok' }
    } catch (error) {
      request.log.warn({ err: error }, 'the database does not answer')
      return reply.code(503).header('retry-after', '10').send({ status: 'unavailable' })
    }
  })
}
