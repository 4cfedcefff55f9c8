import type { FastifyPluginAsync } from 'fastify'
import type { AuthorizationDeps } from './authorization-deps.ts'
import { authorizeEndpoint } from './authorize/authorize-endpoint.ts'
import { clientEndpoints } from './client-endpoints.ts'
import { consentRoutes } from './consent/consent.ts'
import { createEngine } from './engine/engine.ts'
import { hookEngine } from './hooks.ts'
import { logoutRoutes } from './logout/logout.ts'

export type { AuthorizationDeps } from './authorization-deps.ts'
export { keeperEmail } from './authorize/untrusted-redirects.ts'
export { tokenLifetimes } from './engine/engine.ts'
export { sweepPayloads } from './engine/payload-statements.ts'

/** The authorization server: the engine's end points, and the pages where people decide. */
export interface Authorization {
  /** `/o/authorize/`, `/o/token/`, `/o/revoke/`, `/o/introspect/` and the discovery documents. */
  endpoints: FastifyPluginAsync
  /** `/o/interaction/:uid`; for a scope with `browser`, `pageHeaders` and `pageErrors`. */
  consent: FastifyPluginAsync
  /** `GET /o/logout/`, for the same scope. */
  logout: FastifyPluginAsync
}

export async function createAuthorization(deps: AuthorizationDeps): Promise<Authorization> {
  const provider = await createEngine(deps)
  hookEngine(provider, deps)
  // `callback()` freezes the middleware list, so it comes after every `provider.use`.
  const engine = { provider, answer: provider.callback(), site: new URL(deps.portalUrl) }
  return {
    consent: consentRoutes({ ...deps, provider }),
    logout: logoutRoutes({ ...deps, signingKeys: deps.keys.signing }),
    endpoints: async (app) => {
      // A step of `hooks.ts` reads forms as they came, because the engine must see doubled and malformed parameters.
      app.removeAllContentTypeParsers()
      app.addContentTypeParser('*', (_request, _payload, done) => done(null))
      await app.register(authorizeEndpoint(engine, deps))
      await app.register(clientEndpoints(engine, deps))
    },
  }
}
