import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Application, ApplicationChange } from '#server/applications/applications.ts'
import type { Approval, ApprovalRequest, ChangeOfApproved } from '#server/grants/grants.ts'
import { OnpatientError } from '../errors.ts'
import { getSignedIn } from '../http/browser.ts'
import { idText, parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'
import { getWork } from './workplace.ts'

const onePractice = z.strictObject({ id: idText })
const oneApproval = z.strictObject({ id: idText, approvalId: idText })
const oneRequest = z.strictObject({ id: idText, requestId: idText })
const oneChange = z.strictObject({ id: idText, changeId: idText })
const oneApplication = z.strictObject({ id: idText })
const approvalForm = z.strictObject({
  applicationId: idText,
  scopes: z.array(z.string().max(500)).max(200).optional(),
})
const requestForm = z.strictObject({ practiceId: idText })

/** Backend services: developers ask a practice, and its providers approve, decline and end. */
export function approvalRoutes(deps: PortalApiDeps): FastifyPluginAsync {
  const { accounts, applications, approvals, practices } = deps

  /** Staff may look; what opens the whole panel to a machine is for a provider of the practice to decide. */
  async function openPractice(request: FastifyRequest, practiceId: string, does: 'look' | 'decide') {
    const { account, signIn } = getSignedIn(request)
    const roles = (await getWork(practices, signIn, practiceId)).map(({ role }) => role)
    if (roles.includes('provider')) return account
    if (does === 'look') return account
    throw new OnpatientError('not-allowed', 'Only a provider of the practice decides about backend services.')
  }

  async function findOwned(request: FastifyRequest): Promise<Application> {
    const { account } = getSignedIn(request)
    const application = await applications.find(parseInput(oneApplication, request.params).id)
    if (application?.ownerAccountId === account.id) return application
    throw new OnpatientError('not-found', 'There is no such application among yours.')
  }

  return async (app) => {
    app.get('/practices/:id/approvals', async (request) => {
      const { id } = parseInput(onePractice, request.params)
      await openPractice(request, id, 'look')
      const [inForce, asked, changes] = await Promise.all([
        approvals.list({ practiceId: id }),
        approvals.listRequests({ practiceId: id }),
        approvals.listChanges(id),
      ])
      return {
        approvals: inForce.map(toApprovalJson),
        requests: asked.map(toRequestJson),
        changes: changes.map(toChangeJson),
      }
    })

    app.post('/practices/:id/approvals', async (request, reply) => {
      const { id } = parseInput(onePractice, request.params)
      const account = await openPractice(request, id, 'decide')
      const { applicationId, scopes } = parseInput(approvalForm, request.body)
      accounts.factors.assertProven(getSignedIn(request).signIn)
      const approval = await approvals.approve({
        applicationId,
        practiceId: id,
        accountId: account.id,
        scopes,
      })
      return reply.code(201).send({ approval: toApprovalJson(approval) })
    })

    app.post('/practices/:id/approval-changes/:changeId', async (request, reply) => {
      const { id, changeId } = parseInput(oneChange, request.params)
      const account = await openPractice(request, id, 'decide')
      accounts.factors.assertProven(getSignedIn(request).signIn)
      await approvals.acceptChange({ practiceId: id, changeId, accountId: account.id })
      return reply.code(204).send()
    })

    app.delete('/practices/:id/approval-changes/:changeId', async (request, reply) => {
      const { id, changeId } = parseInput(oneChange, request.params)
      await openPractice(request, id, 'decide')
      await approvals.refuseChange(id, changeId)
      return reply.code(204).send()
    })

    app.delete('/practices/:id/approvals/:approvalId', async (request, reply) => {
      const { id, approvalId } = parseInput(oneApproval, request.params)
      await openPractice(request, id, 'decide')
      await approvals.end(id, approvalId)
      return reply.code(204).send()
    })

    app.delete('/practices/:id/approval-requests/:requestId', async (request, reply) => {
      const { id, requestId } = parseInput(oneRequest, request.params)
      await openPractice(request, id, 'decide')
      await approvals.decline(id, requestId)
      return reply.code(204).send()
    })

    app.get('/applications/:id/approvals', async (request) => {
      const { id } = await findOwned(request)
      const [inForce, asked] = await Promise.all([
        approvals.list({ applicationId: id }),
        approvals.listRequests({ applicationId: id }),
      ])
      const change = await applications.changes.find(id)
      return {
        approvals: inForce.map(toApprovalJson),
        requests: asked.map(toRequestJson),
        change: change ? toPendingJson(change, inForce) : null,
      }
    })

    // The developer takes back what waits.
    app.delete('/applications/:id/approval-change', async (request, reply) => {
      const change = await applications.changes.find((await findOwned(request)).id)
      if (!change) throw new OnpatientError('not-found', 'No change of this application waits any more.')
      await applications.changes.drop(change)
      return reply.code(204).send()
    })

    app.post('/applications/:id/approval-requests', async (request, reply) => {
      const { account } = getSignedIn(request)
      const { id } = await findOwned(request)
      const { practiceId } = parseInput(requestForm, request.body)
      return reply
        .code(201)
        .send({ request: toRequestJson(await approvals.request(id, practiceId, account.id)) })
    })
  }
}

function toApprovalJson(approval: Approval) {
  const { id, scopes, approvedBy, approvedAt, lastUsedAt } = approval
  return { id, ...namesOf(approval), scopes, approvedBy, approvedAt, lastUsedAt: lastUsedAt ?? null }
}

function toChangeJson({
  id,
  applicationId,
  applicationName,
  requestedAt,
  changes,
  isAgreed,
}: ChangeOfApproved) {
  return { id, application: { id: applicationId, name: applicationName }, requestedAt, changes, isAgreed }
}

/** For the developer: what waits, and for whom. */
function toPendingJson({ requestedAt, changes, consents }: ApplicationChange, inForce: readonly Approval[]) {
  const waitsFor = inForce.filter(({ practiceId }) => !consents.includes(practiceId))
  return { requestedAt, changes, waitsFor: waitsFor.map(({ practiceName }) => practiceName) }
}

function toRequestJson(request: ApprovalRequest) {
  const { id, scopes, requestedBy, requestedAt } = request
  return { id, ...namesOf(request), scopes, requestedBy, requestedAt }
}

function namesOf({ applicationId, applicationName, practiceId, practiceName }: Approval | ApprovalRequest) {
  return {
    application: { id: applicationId, name: applicationName },
    practice: { id: practiceId, name: practiceName },
  }
}
