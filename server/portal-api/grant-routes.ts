import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { OpenGrant } from '#server/grants/grants.ts'
import { getSignedIn } from '../http/browser.ts'
import type { ConnectedApps, Grant, PatientSummary } from './answers.ts'
import { toAssociationJson } from './me-routes.ts'
import { idText, parseInput } from './parse-input.ts'
import { summarizePatients } from './patient-summary.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

/** For so long a person sees that an access ended by itself. */
const reuseShownMs = 30 * 24 * 3600 * 1000

const oneGrant = z.strictObject({ id: idText })
const oneApp = z.strictObject({ id: idText })
const listQuery = z.strictObject({ offset: z.coerce.number().int().min(0).max(10_000).default(0) })

/** The applications that the account has connected. Each is listed once, with all its grants. */
export function grantRoutes({ grants, access, clock }: PortalApiDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/connected-apps', async (request): Promise<ConnectedApps<Date>> => {
      const { account, signIn } = getSignedIn(request)
      const { offset } = parseInput(listQuery, request.query)
      const since = new Date(clock.now().getTime() - reuseShownMs)
      const [{ apps, hasMore }, endedByReuse] = await Promise.all([
        grants.listConnected(account.id, offset),
        grants.listEndedByReuse(account.id, since),
      ])
      const patients = await summarizePatients(
        await access.openForAccount(signIn),
        apps.flatMap((each) => each.grants.flatMap(patientIdsOf)),
      )
      return {
        // The person has not ended these, and so has to see them.
        endedByReuse: endedByReuse.grants.map(({ id, endedAt, applicationId, applicationName }) => ({
          id,
          endedAt,
          application: { id: applicationId, name: applicationName },
        })),
        hasMoreEndedByReuse: endedByReuse.hasMore,
        apps: apps.map((each) => ({
          ...each,
          expiresAt: each.expiresAt ?? null,
          lastUsedAt: each.lastUsedAt ?? null,
          grants: each.grants.map((grant) => toGrantJson(grant, patients)),
        })),
        next: hasMore ? offset + apps.length : null,
      }
    })

    app.delete('/connected-apps/:id', async (request, reply) => {
      const { account } = getSignedIn(request)
      const { id } = parseInput(oneApp, request.params)
      await grants.endAllOfApp(account.id, id, 'the person ended it')
      return reply.code(204).send()
    })

    app.delete('/grants/:id', async (request, reply) => {
      const { account } = getSignedIn(request)
      const { id } = parseInput(oneGrant, request.params)
      await grants.end(account.id, id, 'the person ended it')
      return reply.code(204).send()
    })
  }
}

function patientIdsOf({ associations, context }: OpenGrant): string[] {
  const covered = associations.flatMap(({ patientId }) => patientId ?? [])
  return context ? [...covered, context.patientId] : covered
}

function toGrantJson(
  { id, scopes, createdAt, expiresAt, lastUsedAt, associations, context }: OpenGrant,
  patients: ReadonlyMap<string, PatientSummary>,
): Grant<Date> {
  return {
    id,
    scopes,
    createdAt,
    expiresAt: expiresAt ?? null,
    lastUsedAt: lastUsedAt ?? null,
    associations: associations.map((each) => toAssociationJson(each, patients)),
    // Set for a grant about one patient. The patient is null when the grant does not reach them any more.
    subject: context && {
      patient: patients.get(context.patientId) ?? null,
      reachesPanel: context.reachesPanel,
    },
  }
}
