import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { findProofKeyFault } from '#server/access/access.ts'
import { preflight, readableByAll } from '../http/cors.ts'
import { type Limits, sayLimit } from '../limits.ts'
import { networkOf } from '../network.ts'
import { findStoreFailure, storeRetrySeconds } from '../store/store-failure.ts'
import type { AuthorizationDeps } from './authorization.ts'
import { type Engine, handOver } from './engine/hand-over.ts'
import { introspectByToken, presentsToken } from './token/introspection-by-token.ts'
import { acceptUrlParameters, hasTokenParameters, urlParametersRefusal } from './token/legacy-url-parameters.ts'
import { sendOAuthError } from './oauth-error.ts'
import { completePushedRequest } from './authorize/pushed-request.ts'
import { queryOf, readForm, readFormWithin } from './read-form.ts'
import { nameClientOfRefresh } from './token/refresh-without-client.ts'
import { registrationRoutes } from './registration/registration.ts'
import { userinfoRoutes } from './identity/userinfo.ts'

/** For applications: token, revocation, introspection and discovery. Any origin may call; cookies count for nothing. */
export function clientEndpoints(engine: Engine, deps: AuthorizationDeps): FastifyPluginAsync {
  return async (app) => {
    app.addHook('onRequest', async (request, reply) => {
      void reply.headers({ ...readableByAll, 'x-content-type-options': 'nosniff' })
      // Whatever a client accepts, it is answered in JSON (RFC 6749 §5.1 and §5.2): Java's own client prefers HTML, and would find no error code there.
      request.raw.headers.accept = 'application/json'
    })
    app.setErrorHandler(answerFailure)
    app.addHook('onRequest', async (request, reply) => {
      const standing = deps.rateLimits.count([
        { limit: 'tokenEndpointRequests', subject: networkOf(request.ip) },
      ])
      void reply.headers(deps.rateLimits.fieldsOf(standing))
      if (!standing.isRefused) return
      const { message, retryAfterSeconds } = deps.rateLimits.refusalOf(standing)
      return sendOAuthError(
        request,
        reply.header('retry-after', retryAfterSeconds),
        429,
        'too_many_requests',
        message,
      )
    })
    for (const name of ['token', 'revoke', 'introspect', 'par']) postEndpoint(app, `/o/${name}`, engine, deps)
    await app.register(userinfoRoutes(deps))
    for (const url of ['/o/userinfo', '/o/userinfo/']) refuseOtherMethods(app, url, ['GET', 'POST'])
    if (deps.registration === 'off') refuseRegistration(app, deps)
    else {
      await app.register(registrationRoutes(deps))
      for (const url of ['/o/register', '/o/register/']) refuseOtherMethods(app, url, ['POST'])
    }
    for (const url of [
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/.well-known/jwks.json',
    ]) {
      app.get(url, (request, reply) => handOver(engine, request, reply))
      app.options(url, preflight('GET', 'Accept, Cache-Control, X-Requested-With'))
      refuseOtherMethods(app, url, ['GET'])
    }
  }
}

function refuseRegistration(app: FastifyInstance, { portalUrl }: AuthorizationDeps): void {
  const words = `Applications are registered by people here: ${portalUrl}/account/settings`
  for (const url of ['/o/register', '/o/register/', '/o/register/:id'])
    app.all(url, async (request, reply) => sendOAuthError(request, reply, 404, 'invalid_request', words))
}

function postEndpoint(app: FastifyInstance, path: string, engine: Engine, deps: AuthorizationDeps): void {
  const { provider } = engine
  const post = async (request: FastifyRequest, reply: FastifyReply) => {
    // RFC 6749 §5.1, on errors too: they tell which secrets and tokens are wrong.
    void reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
    const fault = await findFault(request, deps)
    if (fault) return sendOAuthError(request, reply, 400, ...fault)
    request.raw.url = `${path}/`
    if (path !== '/o/introspect') dropAccessToken(request)
    if (path === '/o/token') await nameClientOfRefresh(request.raw, provider, deps.applications)
    if (path === '/o/introspect' && presentsToken(request))
      return introspectByToken(request, reply, await readForm(request), { ...deps, provider })
    if (path === '/o/par' && !(await readPushedRequest(request, deps)))
      return sendOAuthError(request, reply, 413, 'invalid_request', tooLongToPush(deps.limits))
    return handOver(engine, request, reply)
  }
  for (const url of [path, `${path}/`]) {
    app.post(url, post)
    app.options(url, preflight('POST', 'Authorization, Content-Type, DPoP'))
    refuseOtherMethods(app, url, ['POST'])
  }
}

/** What is wrong with a request before anything of it is read: error and description. */
async function findFault(
  request: FastifyRequest,
  { applications }: Pick<AuthorizationDeps, 'applications'>,
): Promise<[error: string, description: string] | undefined> {
  const query = queryOf(request)
  if (hasTokenParameters(query) && !(await acceptUrlParameters(request.raw, query, applications)))
    return ['invalid_request', urlParametersRefusal]
  if (!bringsForm(request)) return ['invalid_request', formWords]
  const fault = findProofKeyFault(String(request.headers.dpop ?? ''))
  return fault === undefined ? undefined : ['invalid_dpop_proof', fault]
}

/** Many clients send the access token along with everything. It proves who asks at introspection alone. */
function dropAccessToken(request: FastifyRequest): void {
  if (presentsToken(request)) delete request.raw.headers.authorization
}

/** True also of a request without a body, which lacks its parameters. */
function bringsForm({ headers }: FastifyRequest): boolean {
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined
  return !hasBody || /^application\/x-www-form-urlencoded *(;|$)/i.test(headers['content-type'] ?? '')
}

const formWords = 'Send the parameters in the body, with Content-Type: application/x-www-form-urlencoded.'

/** What no end point has answered: bodies that Fastify refuses, a database that cannot be used, and what nobody foresaw. */
function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (findStoreFailure(error))
    return sendOAuthError(
      request,
      reply.header('retry-after', String(storeRetrySeconds)),
      503,
      'temporarily_unavailable',
      'The database cannot be used at the moment. Try again later.',
    )
  const { statusCode = 500 } = error as { statusCode?: number }
  if (statusCode < 500)
    return sendOAuthError(request, reply, statusCode === 413 ? 413 : 400, 'invalid_request', formWords)
  request.log.error({ err: error }, 'a request of an application failed')
  return sendOAuthError(
    request,
    reply,
    500,
    'server_error',
    'Something went wrong in the server. Quote the request id when you ask.',
  )
}

/** Else the site's page for people would answer, which an application of another origin cannot read. */
function refuseOtherMethods(app: FastifyInstance, url: string, answered: readonly string[]): void {
  const all = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
  app.route({
    // What answers GET answers HEAD.
    method: all.filter((method) => !answered.includes(method)),
    url,
    handler: async (request, reply) =>
      sendOAuthError(
        request,
        reply.header('allow', answered.join(', ')),
        405,
        'invalid_request',
        `Use ${answered.join(' or ')}: ${url} does not answer ${request.method}.`,
      ),
  })
}

/** False when it is too large. Bodies of other types are left for the engine to refuse. */
async function readPushedRequest(
  request: FastifyRequest,
  { applications, limits }: Pick<AuthorizationDeps, 'applications' | 'limits'>,
): Promise<boolean> {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')
  if (!isForm) return true
  const most = limits.pushedRequestBytes
  const form =
    Number(request.headers['content-length'] ?? 0) > most ? undefined : await readFormWithin(request, most)
  if (!form) return false
  const completed = await completePushedRequest(form, request.headers.authorization, applications)
  // The stream is read to its end, so that the engine takes the body from here.
  Object.assign(request.raw, { body: completed.toString() })
  return true
}

function tooLongToPush(limits: Limits): string {
  return `${sayLimit(limits, 'pushedRequestBytes')} Keep what belongs to "state" on your side.`
}
