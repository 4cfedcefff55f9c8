import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { OnpatientError } from '../errors.ts'
import { getSignedIn } from '../http/browser.ts'
import type { ApprovalsOfApplication, WaitingChange } from './answers.ts'
import { cursorsOf, listsQuery, readList, toApprovalJson, toRequestJson } from './approval-lists.ts'
import { getOwnedApplication } from './owned-application.ts'
import { idText, parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'

const requestForm = z.strictObject({ practiceId: idText })

export async function listOwnApprovals(
  deps: PortalApiDeps,
  request: FastifyRequest,
): Promise<ApprovalsOfApplication<Date>> {
  const query = parseInput(listsQuery, request.query)
  const { id: applicationId } = await getOwnedApplication(deps, request)
  const { approvals } = deps
  const [inForce, asked] = await Promise.all([
    readList(query, 'approvals', (after) => approvals.list({ applicationId }, after)),
    readList(query, 'requests', (after) => approvals.listRequests({ applicationId }, after)),
  ])
  return {
    approvals: inForce.entries.map(toApprovalJson),
    requests: asked.entries.map(toRequestJson),
    change: await findWaitingChange(deps, applicationId),
    next: cursorsOf({ approvals: inForce, requests: asked }),
  }
}

/** The change that waits, for its developer, with the practices that have not agreed. */
async function findWaitingChange(
  { applications, approvals }: PortalApiDeps,
  applicationId: string,
): Promise<WaitingChange<Date> | null> {
  const change = await applications.changes.find(applicationId)
  if (!change) return null
  const { practiceNames, hasMore } = await approvals.listWaitedFor(applicationId)
  const { requestedAt, changes } = change
  return { requestedAt, changes, waitsFor: practiceNames, waitsForMore: hasMore }
}

/** The developer takes a waiting change back. */
export async function takeBackChange(deps: PortalApiDeps, request: FastifyRequest, reply: FastifyReply) {
  const { id } = await getOwnedApplication(deps, request)
  const change = await deps.applications.changes.find(id)
  if (!change) throw new OnpatientError('not-found', 'No change of this application waits any more.')
  await deps.applications.changes.drop(change)
  return reply.code(204).send()
}

export async function requestApproval(deps: PortalApiDeps, request: FastifyRequest, reply: FastifyReply) {
  const { account } = getSignedIn(request)
  const { id: applicationId } = await getOwnedApplication(deps, request)
  const { practiceId } = parseInput(requestForm, request.body)
  const asked = await deps.approvals.request({ applicationId, practiceId, accountId: account.id })
  return reply.code(201).send({ request: toRequestJson(asked) })
}
