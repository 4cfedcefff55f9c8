/** Dynamic client registration (RFC 7591), and reading, changing and deleting what was registered (RFC 7592). */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Application, Applications } from '#server/applications/applications.ts'
import type { RateLimits } from '#server/rate-limits/rate-limits.ts'
import { OnpatientError } from '../../errors.ts'
import { preflight } from '../../http/cors.ts'
import { limitRequest } from '../../http/rate-limiting.ts'
import { networkOf } from '../../network.ts'
import { answerInJson, refuseMethod, refuseToken } from './registration-answer.ts'
import { readMetadata, renderMetadata } from './registration-metadata.ts'
import { readReplacement } from './registration-replacement.ts'

/** Who may register: nobody, holders of a token that an account was given, or everybody. */
export type RegistrationPolicy = 'off' | 'approved' | 'open'

export interface RegistrationDeps {
  applications: Applications
  registration: RegistrationPolicy
  rateLimits: RateLimits
  /** The account that owns what strangers register. */
  findStrangersAccount(): Promise<string>
  portalUrl: string
}

/** `/o/register/` and `/o/register/:id`; for a scope with CORS. */
export function registrationRoutes(deps: RegistrationDeps): FastifyPluginAsync {
  const { applications, registration, portalUrl } = deps
  const { registrationTokens } = applications

  async function register(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    // A stranger could otherwise fill the database.
    limitRequest(deps.rateLimits, reply, { limit: 'registrations', subject: networkOf(request.ip) })
    const ownerId = await findOwner(request)
    if (ownerId === undefined)
      return refuseToken(
        reply,
        request,
        'Registration needs a token. Ask the operator, who makes it with "onpatient application registration-token", and send it as "Authorization: Bearer TOKEN".',
      )
    const form = readMetadata(bodyOf(request))
    const { application, secret } =
      registration === 'open'
        ? await applications.createForStranger(ownerId, form)
        : await applications.create(ownerId, form)
    return reply.code(201).send({
      ...renderMetadata(application),
      ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
      registration_access_token: await registrationTokens.issueFor(application.id),
      registration_client_uri: `${portalUrl}/o/register/${application.id}`,
    })
  }

  async function findOwner(request: FastifyRequest): Promise<string | undefined> {
    const token = bearerOf(request)
    if (registration === 'open' && token === undefined) return deps.findStrangersAccount()
    return token === undefined ? undefined : registrationTokens.findOwner(token)
  }

  /** RFC 7592 §2: whether the application exists is told to nobody who has not its token. */
  async function findManaged(request: FastifyRequest): Promise<Application | undefined> {
    const { id } = request.params as { id: string }
    const token = bearerOf(request)
    if (token === undefined || !(await registrationTokens.isTokenOf(id, token))) return undefined
    return applications.find(id)
  }

  function managed(
    answer: (application: Application, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
  ) {
    return async (request: FastifyRequest, reply: FastifyReply) => {
      const application = await findManaged(request)
      if (application) return answer(application, request, reply)
      return refuseToken(
        reply,
        request,
        'Send the registration_access_token of this application as "Authorization: Bearer TOKEN".',
      )
    }
  }

  /** RFC 7592 §2.2: what is sent takes the place of all that was registered, and is judged as if it came for the first time. */
  async function change(application: Application, request: FastifyRequest, reply: FastifyReply) {
    const form = await readReplacement(bodyOf(request), application, applications.isSecretOf)
    const { ownerAccountId, id, legacyUrlParameters } = application
    const changed = await applications.update(ownerAccountId, id, { ...form, legacyUrlParameters })
    // Who proved itself by a key until now has no secret yet.
    const needsSecret =
      changed.application.authentication === 'secret' && (await applications.listSecrets(id)).length === 0
    const secret = needsSecret ? await applications.rotateSecret(ownerAccountId, id, 0) : undefined
    return sendCurrent(changed.application, request, reply, secret)
  }

  const sendCurrent = (
    application: Application,
    request: FastifyRequest,
    reply: FastifyReply,
    secret?: string,
  ) =>
    reply.send({
      ...renderMetadata(application),
      ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
      // The token is stored as its hash: what was sent is what is valid.
      registration_access_token: bearerOf(request),
      registration_client_uri: `${portalUrl}/o/register/${application.id}`,
    })

  return async (app) => {
    answerInJson(app)
    for (const url of ['/o/register', '/o/register/']) {
      app.post(url, register)
      app.options(url, preflight('POST', 'Authorization, Content-Type'))
    }
    app.route({
      method: ['PATCH', 'POST'],
      url: '/o/register/:id',
      handler: async (request, reply) => refuseMethod(reply.header('allow', 'GET, PUT, DELETE'), request),
    })
    app.options('/o/register/:id', preflight('GET, PUT, DELETE', 'Authorization, Content-Type'))
    app.put('/o/register/:id', managed(change))
    app.get(
      '/o/register/:id',
      managed(async (application, request, reply) => sendCurrent(application, request, reply)),
    )
    app.delete(
      '/o/register/:id',
      managed(async (application, _request, reply) => {
        await applications.remove(application.ownerAccountId, application.id)
        return reply.code(204).send()
      }),
    )
  }
}

function bodyOf(request: FastifyRequest): Record<string, unknown> {
  const value = typeof request.body === 'string' ? parse(request.body) : undefined
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new OnpatientError(
    'invalid-body',
    'Send the metadata as one JSON object with the type application/json.',
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function bearerOf(request: FastifyRequest): string | undefined {
  const [, token] = /^bearer +(\S{1,200}) *$/i.exec(request.headers.authorization ?? '') ?? []
  return token
}
