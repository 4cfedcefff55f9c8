import type { ApplicationChange } from '#server/applications/applications.ts'

/** A backend service that a practice allowed to read (or write) its whole panel. */
export interface Approval {
  /** The id of the grant that the approval is. */
  id: string
  applicationId: string
  applicationName: string
  practiceId: string
  practiceName: string
  scopes: string[]
  approvedBy: string
  approvedAt: Date
  lastUsedAt: Date | undefined
}

/** A developer asks a practice for an approval. */
export interface ApprovalRequest {
  id: string
  applicationId: string
  applicationName: string
  practiceId: string
  practiceName: string
  /** The system scopes that the application is registered for at this moment. */
  scopes: string[]
  requestedBy: string
  requestedAt: Date
}

/** A change of a service that the practice has approved: what would be different. */
export interface ChangeOfApproved extends ApplicationChange {
  /** Whether this practice has agreed, and the change waits for others. */
  isAgreed: boolean
}

export interface ApprovalForm {
  applicationId: string
  practiceId: string
  /** The account that approves. */
  accountId: string
  /** Some of the scopes that the application is registered for; all of them by default. */
  scopes?: string[] | undefined
}

/** Approvals or requests of one practice, or about one application. */
export type ApprovalsWhere = { practiceId: string } | { applicationId: string }

/** One page of a list, and the id after which the next page begins; undefined on the last page. */
export interface ApprovalPage<Entry> {
  entries: Entry[]
  next: string | undefined
}
