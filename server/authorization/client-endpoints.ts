import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { OnpatientError, statusOf } from '../errors.ts'
import { preflight } from '../http/cors.ts'
import { findStoreFailure, storeRetrySeconds } from '../store/store-failure.ts'
import type { AuthorizationDeps } from './authorization-deps.ts'
import { formWords } from './client-steps.ts'
import { passThrough } from './engine/exchange.ts'
import type { Engine } from './engine/hand-over.ts'
import { stepsOf, stepsOfClients } from './hooks.ts'
import { userinfoRoutes } from './identity/userinfo.ts'
import { sendOAuthError } from './oauth-error.ts'
import { registrationRoutes } from './registration/registration.ts'

/** For applications: token, revocation, introspection and discovery. Any origin may call, and no cookie counts. */
export function clientEndpoints(engine: Engine, deps: AuthorizationDeps): FastifyPluginAsync {
  return async (app) => {
    app.setErrorHandler(answerFailure)
    for (const step of stepsOfClients(deps))
      app.addHook('onRequest', async (request, reply) =>
        (await step({ request, reply })) === 'answered' ? reply : undefined,
      )
    for (const name of ['token', 'revoke', 'introspect', 'par'] as const) {
      const post = passThrough(stepsOf(name, engine, deps))
      for (const url of [`/o/${name}`, `/o/${name}/`]) {
        app.post(url, post)
        app.options(url, preflight('POST', 'Authorization, Content-Type, DPoP'))
        refuseOtherMethods(app, url, ['POST'])
      }
    }
    await app.register(userinfoRoutes(deps))
    for (const url of ['/o/userinfo', '/o/userinfo/']) refuseOtherMethods(app, url, ['GET', 'POST'])
    await app.register(registrationEndpoint(deps))
    const metadata = passThrough(stepsOf('metadata', engine, deps))
    for (const url of [
      '/.well-known/oauth-authorization-server',
      '/.well-known/openid-configuration',
      '/.well-known/jwks.json',
    ]) {
      app.get(url, metadata)
      app.options(url, preflight('GET', 'Accept, Cache-Control, X-Requested-With'))
      refuseOtherMethods(app, url, ['GET'])
    }
  }
}

function registrationEndpoint(deps: AuthorizationDeps): FastifyPluginAsync {
  return async (app) => {
    if (deps.registration === 'off') return refuseRegistration(app, deps)
    await app.register(registrationRoutes(deps))
    for (const url of ['/o/register', '/o/register/']) refuseOtherMethods(app, url, ['POST'])
  }
}

function refuseRegistration(app: FastifyInstance, { portalUrl }: AuthorizationDeps): void {
  const words = `Applications are registered by people here: ${portalUrl}/account/settings`
  for (const url of ['/o/register', '/o/register/', '/o/register/:id'])
    app.all(url, async (request, reply) =>
      sendOAuthError(request, reply, { status: 404, error: 'invalid_request', description: words }),
    )
}

/** Answers failures that no end point has answered: bodies that Fastify refuses, a database that cannot be used, and faults. */
function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (findStoreFailure(error))
    return sendOAuthError(request, reply.header('retry-after', String(storeRetrySeconds)), {
      status: 503,
      error: 'temporarily_unavailable',
      description: 'The database cannot be used at the moment. Try again later.',
    })
  if (error instanceof OnpatientError)
    return sendOAuthError(request, reply, {
      status: statusOf[error.category],
      error: 'invalid_request',
      description: error.message,
    })
  const { statusCode = 500 } = error as { statusCode?: number }
  if (statusCode < 500)
    return sendOAuthError(request, reply, {
      status: statusCode === 413 ? 413 : 400,
      error: 'invalid_request',
      description: formWords,
    })
  request.log.error({ err: error }, 'a request of an application failed')
  return sendOAuthError(request, reply, {
    status: 500,
    error: 'server_error',
    description: 'Something went wrong in the server. Quote the request id when you ask.',
  })
}

/** Otherwise the site's page for people would answer, which an application of another origin cannot read. */
function refuseOtherMethods(app: FastifyInstance, url: string, answered: readonly string[]): void {
  const all = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
  app.route({
    // Fastify answers HEAD wherever it answers GET.
    method: all.filter((method) => !answered.includes(method)),
    url,
    handler: async (request, reply) =>
      sendOAuthError(request, reply.header('allow', answered.join(', ')), {
        status: 405,
        error: 'invalid_request',
        description: `Use ${answered.join(' or ')}: ${url} does not answer ${request.method}.`,
      }),
  })
}
