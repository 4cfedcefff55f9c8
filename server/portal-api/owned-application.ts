import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Application } from '#server/applications/applications.ts'
import { OnpatientError } from '../errors.ts'
import { getSignedIn } from '../http/browser.ts'
import { idText, parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const oneApplication = z.strictObject({ id: idText })

/** The application of the address. Another account's application gets the same `not-found` as no application. */
export async function getOwnedApplication(
  { applications }: Pick<PortalApiDeps, 'applications'>,
  request: FastifyRequest,
): Promise<Application> {
  const { account } = getSignedIn(request)
  const application = await applications.find(parseInput(oneApplication, request.params).id)
  if (application?.ownerAccountId === account.id) return application
  throw new OnpatientError('not-found', 'There is no such application among yours.')
}
