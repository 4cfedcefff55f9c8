import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { getSignedIn } from '../http/browser.ts'
import { toAssociationJson } from './me-routes.ts'
import { idText, parseInput } from './parse-input.ts'
import { summarizePatients } from './patient-summary.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const oneGrant = z.strictObject({ id: idText })

/** The applications that the account has connected. */
export function grantRoutes({ grants, access }: PortalApiDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/grants', async (request) => {
      const { account, signIn } = getSignedIn(request)
      const open = await grants.listOpen(account.id)
      const patientIds = open.flatMap(({ associations, context }) => [
        ...associations.flatMap(({ patientId }) => patientId ?? []),
        ...(context ? [context.patientId] : []),
      ])
      const patients = await summarizePatients(await access.openForAccount(signIn), patientIds)
      return {
        grants: open.map((grant) => ({
          id: grant.id,
          application: {
            id: grant.applicationId,
            name: grant.applicationName,
            owner: grant.applicationOwner,
          },
          scopes: grant.scopes,
          createdAt: grant.createdAt,
          expiresAt: grant.expiresAt ?? null,
          lastUsedAt: grant.lastUsedAt ?? null,
          associations: grant.associations.map((each) => toAssociationJson(each, patients)),
          // Of a grant about one patient: null when it reaches them no longer.
          subject: grant.context && {
            patient: patients.get(grant.context.patientId) ?? null,
            reachesPanel: grant.context.reachesPanel,
          },
        })),
      }
    })

    app.delete('/grants/:id', async (request, reply) => {
      const { account } = getSignedIn(request)
      const { id } = parseInput(oneGrant, request.params)
      await grants.end(account.id, id, 'the person ended it')
      return reply.code(204).send()
    })
  }
}
