import type { FastifyReply, FastifyRequest } from 'fastify'
import { limitRequest } from '../../http/rate-limiting.ts'
import { networkOf } from '../../network.ts'
import { refuseToken } from './registration-answer.ts'
import type { RegistrationDeps } from './registration-deps.ts'
import { readMetadata, renderMetadata } from './registration-metadata.ts'
import { bearerOf, bodyOf } from './registration-request.ts'

export async function register(
  deps: RegistrationDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // A stranger could otherwise fill the database.
  limitRequest(deps.rateLimits, reply, { limit: 'registrations', subject: networkOf(request.ip) })
  const ownerId = await findOwner(deps, request)
  if (ownerId === undefined)
    return refuseToken(
      reply,
      request,
      'Registration needs a token. Ask the operator, who makes it with "onpatient application registration-token", and send it as "Authorization: Bearer TOKEN".',
    )
  const form = readMetadata(bodyOf(request))
  const { applications, registration, portalUrl } = deps
  const { application, secret } =
    registration === 'open'
      ? await applications.createForStranger(ownerId, form)
      : await applications.create(ownerId, form)
  return reply.code(201).send({
    ...renderMetadata(application),
    ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    registration_access_token: await applications.registrationTokens.issueFor(application.id),
    registration_client_uri: `${portalUrl}/o/register/${application.id}`,
  })
}

async function findOwner(
  { registration, applications, findStrangersAccount }: RegistrationDeps,
  request: FastifyRequest,
): Promise<string | undefined> {
  const token = bearerOf(request)
  if (registration === 'open' && token === undefined) return findStrangersAccount()
  return token === undefined ? undefined : applications.registrationTokens.findOwner(token)
}
