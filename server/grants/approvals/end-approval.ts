import { OnpatientError } from '../../errors.ts'
import { applyWhenAgreed } from './approval-changes.ts'
import type { ApprovalsDeps } from './approvals-deps.ts'
import { findApproval } from './list-approvals.ts'

export async function endApproval(
  deps: ApprovalsDeps,
  { practiceId, approvalId }: { practiceId: string; approvalId: string },
): Promise<void> {
  const approval = await findApproval(deps, { practiceId, approvalId })
  if (!approval) throw new OnpatientError('not-found', 'There is no such approval of this practice.')
  await deps.grants.endByEngine(approvalId, 'the practice ended its approval')
  // A change may have waited for this practice alone.
  await applyWhenAgreed(deps, approval.applicationId)
}
