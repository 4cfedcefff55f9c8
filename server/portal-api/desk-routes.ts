import type { FastifyPluginAsync } from 'fastify'
import { confirmClaim, endInvitation, listInvitations, sendInvitation } from './desk-invitations.ts'
import { getPractice, listPatients, listRelatedPeopleOf } from './desk-patients.ts'
import { changeToProxy, endAssociation, listPeople } from './desk-people.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

/** The desk of a practice, for its providers and staff: patients, invitations and the people with access. */
export function deskRoutes(deps: PortalApiDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/practices/:id', (request) => getPractice(deps, request))
    app.get('/practices/:id/patients', (request) => listPatients(deps, request))
    app.get('/practices/:id/patients/:patientId/related-people', (request) =>
      listRelatedPeopleOf(deps, request),
    )
    app.get('/practices/:id/people', (request) => listPeople(deps, request))
    app.delete('/practices/:id/associations/:associationId', (request, reply) =>
      endAssociation(deps, request, reply),
    )
    app.put('/practices/:id/associations/:associationId', (request) => changeToProxy(deps, request))
    app.get('/practices/:id/invitations', (request) => listInvitations(deps, request))
    app.post('/practices/:id/invitations', (request, reply) => sendInvitation(deps, request, reply))
    app.post('/practices/:id/invitations/:invitationId/confirm', (request, reply) =>
      confirmClaim(deps, request, reply),
    )
    app.delete('/practices/:id/invitations/:invitationId', (request, reply) =>
      endInvitation(deps, request, reply),
    )
  }
}
