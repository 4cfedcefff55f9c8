import type { FastifyPluginAsync } from 'fastify'
import { listOwnApprovals, requestApproval, takeBackChange } from './approvals-of-application.ts'
import {
  acceptChange,
  approve,
  declineRequest,
  endApproval,
  listOfPractice,
  refuseChange,
} from './approvals-of-practice.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

/** Backend services: developers ask a practice, and its providers approve, decline and end. */
export function approvalRoutes(deps: PortalApiDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/practices/:id/approvals', (request) => listOfPractice(deps, request))
    app.post('/practices/:id/approvals', (request, reply) => approve(deps, request, reply))
    app.delete('/practices/:id/approvals/:approvalId', (request, reply) => endApproval(deps, request, reply))
    app.post('/practices/:id/approval-changes/:changeId', (request, reply) =>
      acceptChange(deps, request, reply),
    )
    app.delete('/practices/:id/approval-changes/:changeId', (request, reply) =>
      refuseChange(deps, request, reply),
    )
    app.delete('/practices/:id/approval-requests/:requestId', (request, reply) =>
      declineRequest(deps, request, reply),
    )
    app.get('/applications/:id/approvals', (request) => listOwnApprovals(deps, request))
    app.delete('/applications/:id/approval-change', (request, reply) => takeBackChange(deps, request, reply))
    app.post('/applications/:id/approval-requests', (request, reply) => requestApproval(deps, request, reply))
  }
}
