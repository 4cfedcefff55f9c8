import { z } from 'zod'
import type { Approval, ApprovalPage, ApprovalRequest } from '#server/grants/grants.ts'
import type { ApprovedService, Cursors, ServiceRequest } from './answers.ts'
import { idText } from './parse-input.ts'

/**
 * The first pages of all lists without a cursor. With cursors the answer goes on with the lists that they name; the others are empty
 * then. The cursors of the next pages are in `next`.
 */
export const listsQuery = z.strictObject({
  approvals: idText.optional(),
  requests: idText.optional(),
  changes: idText.optional(),
})

type ListName = keyof z.output<typeof listsQuery>

/** Reads the page of one list that the query asks for. */
export async function readList<Entry>(
  query: z.output<typeof listsQuery>,
  name: ListName,
  read: (after: string | undefined) => Promise<ApprovalPage<Entry>>,
): Promise<ApprovalPage<Entry>> {
  const isFirst = Object.values(query).every((cursor) => cursor === undefined)
  return isFirst || query[name] !== undefined ? read(query[name]) : { entries: [], next: undefined }
}

/** The cursors of lists that go on; null when none does. */
export function cursorsOf(pages: Partial<Record<ListName, ApprovalPage<unknown>>>): Cursors | null {
  const cursors = Object.entries(pages).flatMap(([name, { next }]) =>
    next === undefined ? [] : [[name, next] as const],
  )
  return cursors.length === 0 ? null : Object.fromEntries(cursors)
}

export function toApprovalJson(approval: Approval): ApprovedService<Date> {
  const { id, scopes, approvedBy, approvedAt, lastUsedAt } = approval
  return { id, ...namesOf(approval), scopes, approvedBy, approvedAt, lastUsedAt: lastUsedAt ?? null }
}

export function toRequestJson(request: ApprovalRequest): ServiceRequest<Date> {
  const { id, scopes, requestedBy, requestedAt } = request
  return { id, ...namesOf(request), scopes, requestedBy, requestedAt }
}

function namesOf({ applicationId, applicationName, practiceId, practiceName }: Approval | ApprovalRequest) {
  return {
    application: { id: applicationId, name: applicationName },
    practice: { id: practiceId, name: practiceName },
  }
}
