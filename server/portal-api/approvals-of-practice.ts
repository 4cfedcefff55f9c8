import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Account } from '#server/accounts/accounts.ts'
import type { ChangeOfApproved } from '#server/grants/grants.ts'
import { OnpatientError } from '../errors.ts'
import { getSignedIn } from '../http/browser.ts'
import type { BackendServicesPage, ServiceChange } from './answers.ts'
import { cursorsOf, listsQuery, readList, toApprovalJson, toRequestJson } from './approval-lists.ts'
import { idText, parseInput } from './parse-input.ts'
import type { PortalApiDeps } from './portal-api-deps.ts'
import { getWork } from './workplace.ts'

const onePractice = z.strictObject({ id: idText })
const oneApproval = z.strictObject({ id: idText, approvalId: idText })
const oneRequest = z.strictObject({ id: idText, requestId: idText })
const oneChange = z.strictObject({ id: idText, changeId: idText })
const approvalForm = z.strictObject({
  applicationId: idText,
  scopes: z.array(z.string().max(500)).max(200).optional(),
})

export async function listOfPractice(
  { approvals, practices }: PortalApiDeps,
  request: FastifyRequest,
): Promise<BackendServicesPage<Date>> {
  const { id: practiceId } = parseInput(onePractice, request.params)
  const query = parseInput(listsQuery, request.query)
  // Staff may look.
  await getWork(practices, getSignedIn(request).signIn, practiceId)
  const [inForce, asked, changes] = await Promise.all([
    readList(query, 'approvals', (after) => approvals.list({ practiceId }, after)),
    readList(query, 'requests', (after) => approvals.listRequests({ practiceId }, after)),
    readList(query, 'changes', (after) => approvals.listChanges(practiceId, after)),
  ])
  return {
    approvals: inForce.entries.map(toApprovalJson),
    requests: asked.entries.map(toRequestJson),
    changes: changes.entries.map(toChangeJson),
    next: cursorsOf({ approvals: inForce, requests: asked, changes }),
  }
}

export async function approve(deps: PortalApiDeps, request: FastifyRequest, reply: FastifyReply) {
  const { id } = parseInput(onePractice, request.params)
  const account = await getDecider(deps, request, id)
  const { applicationId, scopes } = parseInput(approvalForm, request.body)
  deps.accounts.factors.assertProven(getSignedIn(request).signIn)
  const approval = await deps.approvals.approve({
    applicationId,
    practiceId: id,
    accountId: account.id,
    scopes,
  })
  return reply.code(201).send({ approval: toApprovalJson(approval) })
}

export async function endApproval(deps: PortalApiDeps, request: FastifyRequest, reply: FastifyReply) {
  const { id, approvalId } = parseInput(oneApproval, request.params)
  await getDecider(deps, request, id)
  await deps.approvals.end(id, approvalId)
  return reply.code(204).send()
}

export async function declineRequest(deps: PortalApiDeps, request: FastifyRequest, reply: FastifyReply) {
  const { id, requestId } = parseInput(oneRequest, request.params)
  await getDecider(deps, request, id)
  await deps.approvals.decline(id, requestId)
  return reply.code(204).send()
}

export async function acceptChange(deps: PortalApiDeps, request: FastifyRequest, reply: FastifyReply) {
  const { id, changeId } = parseInput(oneChange, request.params)
  const account = await getDecider(deps, request, id)
  deps.accounts.factors.assertProven(getSignedIn(request).signIn)
  await deps.approvals.acceptChange({ practiceId: id, changeId, accountId: account.id })
  return reply.code(204).send()
}

export async function refuseChange(deps: PortalApiDeps, request: FastifyRequest, reply: FastifyReply) {
  const { id, changeId } = parseInput(oneChange, request.params)
  await getDecider(deps, request, id)
  await deps.approvals.refuseChange(id, changeId)
  return reply.code(204).send()
}

/** An approval opens the whole panel to a machine. A provider of the practice decides about it. */
async function getDecider(
  { practices }: PortalApiDeps,
  request: FastifyRequest,
  practiceId: string,
): Promise<Account> {
  const { account, signIn } = getSignedIn(request)
  const work = await getWork(practices, signIn, practiceId)
  if (work.some(({ role }) => role === 'provider')) return account
  throw new OnpatientError('not-allowed', 'Only a provider of the practice decides about backend services.')
}

function toChangeJson({
  id,
  applicationId,
  applicationName,
  requestedAt,
  changes,
  isAgreed,
}: ChangeOfApproved): ServiceChange<Date> {
  return { id, application: { id: applicationId, name: applicationName }, requestedAt, changes, isAgreed }
}
