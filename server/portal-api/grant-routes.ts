import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import { getSignedIn } from '../http/browser.ts'
import { toAssociationJson } from './me-routes.ts'
import { idText, parseInput } from './parse-input.ts'
import { summarizePatients } from './patient-summary.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

/** How long a person is told that an access ended by itself. */
const reuseShownMs = 30 * 24 * 3600 * 1000

const oneGrant = z.strictObject({ id: idText })

/** The applications that the account has connected. */
export function grantRoutes({ grants, access, clock }: PortalApiDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/grants', async (request) => {
      const { account, signIn } = getSignedIn(request)
      const since = new Date(clock.now().getTime() - reuseShownMs)
      const [open, endedByReuse] = await Promise.all([
        grants.listOpen(account.id),
        grants.listEndedByReuse(account.id, since),
      ])
      const patientIds = open.flatMap(({ associations, context }) => [
        ...associations.flatMap(({ patientId }) => patientId ?? []),
        ...(context ? [context.patientId] : []),
      ])
      const patients = await summarizePatients(await access.openForAccount(signIn), patientIds)
      return {
        // To be shown to the person, who did not end them.
        endedByReuse: endedByReuse.map(({ id, endedAt, applicationId, applicationName }) => ({
          id,
          endedAt,
          application: { id: applicationId, name: applicationName },
        })),
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
