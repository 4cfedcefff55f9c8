import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import { findProofKeyFault } from '#server/access/access.ts'
import type { Accounts } from '#server/accounts/accounts.ts'
import { pageErrors } from '#server/pages/page-errors.ts'
import { allowReturnToApplication, pageHeaders } from '#server/pages/page-headers.ts'
import { preflight, readableByAll } from '../http/cors.ts'
import { limitRequest } from '../http/rate-limiting.ts'
import { type Limits, sayLimit } from '../limits.ts'
import type { Logger } from '../logger.ts'
import { networkOf } from '../network.ts'
import { noteAddress } from './address-of.ts'
import { completeAuthorizationRequest } from './authorization-request.ts'
import { type ConsentDeps, consentRoutes } from './consent.ts'
import { createEngine, type EngineDeps } from './engine.ts'
import { completeIntrospection } from './introspection-answer.ts'
import { introspectByToken, presentsToken } from './introspection-by-token.ts'
import { acceptUrlParameters, hasTokenParameters, urlParametersRefusal } from './legacy-url-parameters.ts'
import { logoutRoutes } from './logout.ts'
import { completePushedRequest } from './pushed-request.ts'
import { nameClientOfRefresh } from './refresh-without-client.ts'
import { type RegistrationDeps, registrationRoutes } from './registration.ts'
import { shapeAnswers } from './token-answer.ts'
import { keepFromUntrusted } from './untrusted-redirects.ts'
import { type UserinfoDeps, userinfoRoutes } from './userinfo.ts'

export { tokenLifetimes } from './engine.ts'
export { sweepPayloads } from './oidc-adapter.ts'
export { keeperEmail } from './untrusted-redirects.ts'

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

interface Engine {
  provider: Provider
  answer: ReturnType<Provider['callback']>
  /** Where people know us: the addresses that the engine builds begin with it. */
  site: URL
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

/** For applications: token, revocation, introspection and discovery. Any origin may call; cookies count for nothing. */
function clientEndpoints(engine: Engine, deps: AuthorizationDeps): FastifyPluginAsync {
  return async (app) => {
    app.addHook('onRequest', async (_request, reply) => {
      void reply.headers({ ...readableByAll, 'x-content-type-options': 'nosniff' })
    })
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
    const query = queryOf(request)
    if (hasTokenParameters(query) && !(await acceptUrlParameters(request.raw, query, deps.applications)))
      return sendOAuthError(request, reply, 400, 'invalid_request', urlParametersRefusal)
    request.raw.url = `${path}/`
    const fault = findProofKeyFault(String(request.headers.dpop ?? ''))
    if (fault !== undefined) return sendOAuthError(request, reply, 400, 'invalid_dpop_proof', fault)
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

function sendOAuthError(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  error: string,
  description: string,
): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .send({ error, error_description: description, request_id: request.id })
}

/** Lets the engine answer on the raw response, with the headers that were set before. */
async function handOver(
  { answer, site }: Engine,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { raw } = request
  // The engine builds addresses from the Host header; a forged one must not get into them.
  raw.headers.host = site.host
  raw.headers['x-forwarded-proto'] = site.protocol.slice(0, -1)
  delete raw.headers['x-forwarded-host']
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value)
  noteAddress(raw, request.ip)
  reply.hijack()
  await answer(raw, reply.raw)
  return reply
}

function queryOf(request: FastifyRequest): URLSearchParams {
  const start = request.raw.url?.indexOf('?') ?? -1
  return new URLSearchParams(start === -1 ? '' : request.raw.url?.slice(start + 1))
}

const formLimitBytes = 64 * 1024

/** The form of a POST authorization request (OpenID Connect Core §3.1.2.1); one of more than 64 kB says nothing. */
async function readForm(request: FastifyRequest): Promise<URLSearchParams> {
  return (await readFormWithin(request, formLimitBytes)) ?? new URLSearchParams()
}

/** Undefined when it is longer. */
async function readFormWithin(request: FastifyRequest, most: number): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request.raw) {
    size += (chunk as Buffer).length
    if (size > most) return undefined
    chunks.push(chunk as Buffer)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

function dropCookie(request: FastifyRequest, name: string): void {
  const cookies = (request.raw.headers.cookie ?? '').split(/;\s*/)
  request.raw.headers.cookie = cookies
    .filter((each) => !each.startsWith(`${name}=`) && !each.startsWith(`${name}.sig=`))
    .join('; ')
}
