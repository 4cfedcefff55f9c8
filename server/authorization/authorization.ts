import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Accounts } from '#server/accounts/accounts.ts'
import { pageErrors } from '#server/pages/page-errors.ts'
import { allowReturnToApplication, pageHeaders } from '#server/pages/page-headers.ts'
import { limitRequest } from '../http/rate-limiting.ts'
import type { Limits } from '../limits.ts'
import type { Logger } from '../logger.ts'
import { networkOf } from '../network.ts'
import { completeAuthorizationRequest } from './authorize/authorization-request.ts'
import { clientEndpoints } from './client-endpoints.ts'
import { type ConsentDeps, consentRoutes } from './consent/consent.ts'
import { createEngine, type EngineDeps } from './engine/engine.ts'
import { type Engine, handOver } from './engine/hand-over.ts'
import { completeIntrospection } from './token/introspection-answer.ts'
import { logoutRoutes } from './logout/logout.ts'
import { queryOf, readForm } from './read-form.ts'
import type { RegistrationDeps } from './registration/registration.ts'
import { shapeAnswers } from './engine/token-answer.ts'
import { keepFromUntrusted } from './authorize/untrusted-redirects.ts'
import type { UserinfoDeps } from './identity/userinfo.ts'

export { tokenLifetimes } from './engine/engine.ts'
export { sweepPayloads } from './engine/oidc-adapter.ts'
export { keeperEmail } from './authorize/untrusted-redirects.ts'

export interface AuthorizationDeps extends EngineDeps, RegistrationDeps {
  tokens: UserinfoDeps['tokens']
  accounts: EngineDeps['accounts'] & ConsentDeps['accounts'] & Pick<Accounts, 'endSignIn'>
  records: EngineDeps['records'] & ConsentDeps['records']
  access: ConsentDeps['access']
  launches: ConsentDeps['launches']
  practices: ConsentDeps['practices']
  isProduction: boolean
  limits: Limits
  logger: Logger
}

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
  shapeAnswers(provider, deps)
  completeIntrospection(provider, deps)
  keepFromUntrusted(provider, deps)
  // The hooks are all there: what they come to is put together once.
  const engine = { provider, answer: provider.callback(), site: new URL(deps.portalUrl) }
  return {
    consent: consentRoutes({ ...deps, provider }),
    logout: logoutRoutes({ ...deps, signingKeys: deps.keys.signing }),
    endpoints: async (app) => {
      // The engine reads the bodies itself: it must see doubled and malformed parameters as they came.
      app.removeAllContentTypeParsers()
      app.addContentTypeParser('*', (_request, _payload, done) => done(null))
      await app.register(authorizeEndpoint(engine, deps))
      await app.register(clientEndpoints(engine, deps))
    },
  }
}

/** For browsers of people: `/o/authorize/` and its resumption after sign-in and consent. */
function authorizeEndpoint(engine: Engine, deps: AuthorizationDeps): FastifyPluginAsync {
  return async (app) => {
    await app.register(pageHeaders, { isSecure: deps.portalUrl.startsWith('https:') })
    await app.register(pageErrors, { isProduction: deps.isProduction })
    const authorize = async (request: FastifyRequest, reply: FastifyReply) => {
      limitRequest(deps.rateLimits, reply, { limit: 'authorizationRequests', subject: networkOf(request.ip) })
      const params = request.method === 'POST' ? await readForm(request) : queryOf(request)
      const application = await deps.applications.find(params.get('client_id') ?? '')
      // A pushed request was completed when it came (RFC 9126 §4: the reference stands for all parameters). Empty means absent.
      const completed = params.get('request_uri') ? params : completeAuthorizationRequest(params, application)
      request.raw.method = 'GET'
      request.raw.url = `/o/authorize/?${completed}`
      // Each request starts anew: who is signed in is decided by our own sign-in, not by an older flow.
      dropCookie(request, 'onpatient_flow')
      allowReturnToApplication(reply)
      return handOver(engine, request, reply)
    }
    for (const url of ['/o/authorize/', '/o/authorize'])
      app.route({ method: ['GET', 'POST'], url, handler: authorize })
    // An application's page may send a form, with which no cookie of ours comes along (SameSite=Lax): the browser asks anew.
    for (const url of ['/o/logout', '/o/logout/'])
      app.post(url, async (request, reply) => reply.redirect(`/o/logout/?${await readForm(request)}`, 303))
    app.get('/o/authorize/:uid', async (request, reply) => {
      allowReturnToApplication(reply)
      return handOver(engine, request, reply)
    })
  }
}

function dropCookie(request: FastifyRequest, name: string): void {
  const cookies = (request.raw.headers.cookie ?? '').split(/;\s*/)
  request.raw.headers.cookie = cookies
    .filter((each) => !each.startsWith(`${name}=`) && !each.startsWith(`${name}.sig=`))
    .join('; ')
}
