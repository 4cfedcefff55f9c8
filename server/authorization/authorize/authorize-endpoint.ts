import type { FastifyPluginAsync } from 'fastify'
import { pageErrors } from '#server/pages/page-errors.ts'
import { pageHeaders } from '#server/pages/page-headers.ts'
import type { AuthorizationDeps } from '../authorization-deps.ts'
import { passThrough } from '../engine/exchange.ts'
import type { Engine } from '../engine/hand-over.ts'
import { stepsOf } from '../hooks.ts'
import { readForm } from '../read-form.ts'

/** For browsers of people: `/o/authorize/` and its resumption after sign-in and consent. */
export function authorizeEndpoint(engine: Engine, deps: AuthorizationDeps): FastifyPluginAsync {
  return async (app) => {
    await app.register(pageHeaders, { isSecure: deps.portalUrl.startsWith('https:') })
    await app.register(pageErrors, { isProduction: deps.isProduction })
    const authorize = passThrough(stepsOf('authorize', engine, deps))
    for (const url of ['/o/authorize/', '/o/authorize'])
      app.route({ method: ['GET', 'POST'], url, handler: authorize })
    app.get('/o/authorize/:uid', passThrough(stepsOf('resume', engine, deps)))
    // A form on an application's page brings none of our cookies (SameSite=Lax), so the browser is sent to ask again.
    for (const url of ['/o/logout', '/o/logout/'])
      app.post(url, async (request, reply) => {
        const asked = new URLSearchParams(await readForm(request.raw))
        return reply.redirect(`/o/logout/?${asked}`, 303)
      })
  }
}
