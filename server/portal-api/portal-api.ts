import type { FastifyPluginAsync } from 'fastify'
import { OnpatientError } from '../errors.ts'
import { getSignedIn } from '../http/browser.ts'
import { limitRequest } from '../http/rate-limiting.ts'
import { applicationRoutes } from './application-routes.ts'
import { approvalRoutes } from './approval-routes.ts'
import { brandRoutes } from './brand-routes.ts'
import { deskRoutes } from './desk-routes.ts'
import { documentRoutes } from './document-routes.ts'
import { factorRoutes } from './factor-routes.ts'
import { grantRoutes } from './grant-routes.ts'
import { launchRoutes } from './launch-routes.ts'
import { meRoutes } from './me-routes.ts'
import { personRoutes } from './person-routes.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'
import { practiceRoutes } from './practice-routes.ts'
import { practiceSecurityRoutes } from './practice-security-routes.ts'
import { recordRoutes } from './record-routes.ts'
import { renderError } from './render-error.ts'
import { signInRoutes } from './sign-in-routes.ts'

/**
 * The JSON API of the signed-in portal, under `/portal-api/`. For a scope with `browser`, which finds the person who is signed in. Every change
 * needs the token of `GET /portal-api/me` in the header `x-csrf-token`.
 */
export function portalApi(deps: PortalApiDeps): FastifyPluginAsync {
  return async (pages) => {
    await pages.register(
      async (app) => {
        app.setErrorHandler(renderError)
        app.addHook('onRequest', async (request, reply) => {
          void reply.header('cache-control', 'no-store')
          // This is here and not in each route, so that no route can forget it.
          const { account } = getSignedIn(request)
          limitRequest(deps.rateLimits, reply, { limit: 'portalRequests', subject: account.id })
        })
        app.setNotFoundHandler(() => {
          throw new OnpatientError('not-found', "The portal's API has nothing at this address.")
        })
        await app.register(meRoutes(deps))
        await app.register(signInRoutes(deps))
        await app.register(factorRoutes(deps))
        await app.register(practiceRoutes(deps))
        await app.register(deskRoutes(deps))
        await app.register(practiceSecurityRoutes(deps))
        await app.register(applicationRoutes(deps))
        await app.register(approvalRoutes(deps))
        await app.register(brandRoutes(deps))
        await app.register(grantRoutes(deps))
        await app.register(launchRoutes(deps))
        await app.register(recordRoutes(deps))
        await app.register(personRoutes(deps))
        await app.register(documentRoutes(deps))
      },
      { prefix: '/portal-api' },
    )
  }
}
