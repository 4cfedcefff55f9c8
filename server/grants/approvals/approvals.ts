import type {
  Approval,
  ApprovalForm,
  ApprovalPage,
  ApprovalRequest,
  ApprovalsWhere,
  ChangeOfApproved,
} from './approval.ts'
import { acceptChange, listChanges, listWaitedFor, refuseChange } from './approval-changes.ts'
import { declineRequest, requestApproval } from './approval-requests.ts'
import type { ApprovalsDeps } from './approvals-deps.ts'
import { approve } from './approve.ts'
import { endApproval } from './end-approval.ts'
import { findApprovals, hasApprovals, listApprovals } from './list-approvals.ts'
import { listRequests } from './list-requests.ts'

export type { Approval, ApprovalPage, ApprovalRequest, ChangeOfApproved } from './approval.ts'

/**
 * SMART App Launch 2.2, backend services: which of them a practice approved. An approval is a grant whose owner is the practice, so that
 * its tokens end with it: at once in this process, within a second in others. The caller checks who may decide. Lists have 50 entries a
 * page; `after` is the id of the last entry of the page before.
 */
export interface Approvals {
  /**
   * Asks a practice for an approval. A request that is open already is returned again. Throws `not-found`, `limit-reached`, and
   * `invalid-parameter` for an application without system scopes.
   */
  request(form: { applicationId: string; practiceId: string; accountId: string }): Promise<ApprovalRequest>
  /** Undecided requests, oldest first. */
  listRequests(where: ApprovalsWhere, after?: string): Promise<ApprovalPage<ApprovalRequest>>
  /** Decides a request without an approval. Throws `not-found`. */
  decline(practiceId: string, requestId: string): Promise<void>
  /**
   * Approves `scopes`, or all system scopes that the application is registered for now. Scopes that it adds later need a new approval.
   * Replaces an older approval. Throws `not-found`, `invalid-parameter`, `scope-invalid`, `limit-reached`.
   */
  approve(form: ApprovalForm): Promise<Approval>
  /** Ends the approval and its tokens. Throws `not-found`. */
  end(practiceId: string, approvalId: string): Promise<void>
  /** Changes of approved services that wait for this practice, or that it has agreed to and others have not. */
  listChanges(practiceId: string, after?: string): Promise<ApprovalPage<ChangeOfApproved>>
  /** Names of the practices that have not agreed to the change of an application, 20 at most. */
  listWaitedFor(applicationId: string): Promise<{ practiceNames: string[]; hasMore: boolean }>
  /**
   * The practice agrees to the change with this id. Scopes that the change adds are approved with it. The change takes place when every
   * practice that approved the service has agreed. Throws `not-found`.
   */
  acceptChange(form: { practiceId: string; changeId: string; accountId: string }): Promise<void>
  /** The old values stay, for all practices. Throws `not-found`. */
  refuseChange(practiceId: string, changeId: string): Promise<void>
  /** Approvals in force, oldest first. */
  list(where: ApprovalsWhere, after?: string): Promise<ApprovalPage<Approval>>
  /** The approval in force of one application by one practice. */
  find(of: { applicationId: string; practiceId: string }): Promise<Approval | undefined>
  /** Whether any practice has approved the application. */
  isApproved(applicationId: string): Promise<boolean>
}

export function createApprovals(deps: ApprovalsDeps): Approvals {
  return {
    request: (form) => requestApproval(deps, form),
    listRequests: (where, after) => listRequests(deps, where, after),
    decline: (practiceId, requestId) => declineRequest(deps, { practiceId, requestId }),
    approve: (form) => approve(deps, form),
    end: (practiceId, approvalId) => endApproval(deps, { practiceId, approvalId }),
    listChanges: (practiceId, after) => listChanges(deps, practiceId, after),
    listWaitedFor: (applicationId) => listWaitedFor(deps, applicationId),
    acceptChange: (form) => acceptChange(deps, form),
    refuseChange: (practiceId, changeId) => refuseChange(deps, { practiceId, changeId }),
    list: (where, after) => listApprovals(deps, where, after),
    find: async (of) => (await findApprovals(deps, of)).at(-1),
    isApproved: (applicationId) => hasApprovals(deps, applicationId),
  }
}
