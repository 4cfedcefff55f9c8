import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Application } from '#server/applications/applications.ts'
import { refuseToken } from './registration-answer.ts'
import type { RegistrationDeps } from './registration-deps.ts'
import { renderMetadata } from './registration-metadata.ts'
import { readReplacement } from './registration-replacement.ts'
import { bearerOf, bodyOf } from './registration-request.ts'

/** A request of an application about its own registration. */
interface Managing {
  application: Application
  request: FastifyRequest
  reply: FastifyReply
}

/** A route for applications that have brought their own token. */
export function managed(
  deps: RegistrationDeps,
  answer: (deps: RegistrationDeps, managing: Managing) => Promise<FastifyReply>,
) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const application = await findManaged(deps, request)
    if (application) return answer(deps, { application, request, reply })
    return refuseToken(
      reply,
      request,
      'Send the registration_access_token of this application as "Authorization: Bearer TOKEN".',
    )
  }
}

/** RFC 7592 §2: without its token nobody learns whether the application exists. */
async function findManaged(
  { applications }: RegistrationDeps,
  request: FastifyRequest,
): Promise<Application | undefined> {
  const { id } = request.params as { id: string }
  const token = bearerOf(request)
  if (token === undefined || !(await applications.registrationTokens.isTokenOf(id, token))) return undefined
  return applications.find(id)
}

/** RFC 7592 §2.2: the form replaces all that was registered, and is checked as if it came for the first time. */
export async function changeRegistration(
  deps: RegistrationDeps,
  { application, request, reply }: Managing,
): Promise<FastifyReply> {
  const { applications } = deps
  const form = await readReplacement(bodyOf(request), application, applications.isSecretOf)
  const { ownerAccountId, id, legacyUrlParameters } = application
  const changed = await applications.update(ownerAccountId, id, { ...form, legacyUrlParameters })
  // An application that proved itself by a key until now has no secret yet.
  const needsSecret =
    changed.application.authentication === 'secret' && (await applications.listSecrets(id)).length === 0
  const secret = needsSecret ? await applications.rotateSecret(ownerAccountId, id, 0) : undefined
  return sendRegistration(deps, { application: changed.application, request, reply, secret })
}

export async function sendRegistration(
  { portalUrl }: RegistrationDeps,
  { application, request, reply, secret }: Managing & { secret?: string | undefined },
): Promise<FastifyReply> {
  return reply.send({
    ...renderMetadata(application),
    ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    // The server keeps only the hash of the token. The token that the request brought is the valid one.
    registration_access_token: bearerOf(request),
    registration_client_uri: `${portalUrl}/o/register/${application.id}`,
  })
}
