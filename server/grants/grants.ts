import { storeAccessToken, sweepAccessTokens, writeAccessToken } from './access-tokens.ts'
import { listConnectedApps } from './connected-apps.ts'
import { createGrant } from './create-grant.ts'
import {
  endAllOfAccount,
  endAllOfApp,
  endAllOfApplication,
  endAllOfOwner,
  endAllOfStaff,
  endApprovalsOf,
  endByEngine,
  endGrant,
} from './end-grants.ts'
import { listEndedByReuse } from './ended-by-reuse.ts'
import { findUser } from './find-user.ts'
import { selectState, stateOf } from './grant-state.ts'
import type { GrantsDeps } from './grants-deps.ts'
import type { Grants } from './grants-interface.ts'
import { createTokenOpener } from './open-grant.ts'

export {
  type Approval,
  type ApprovalPage,
  type ApprovalRequest,
  type Approvals,
  type ChangeOfApproved,
  createApprovals,
} from './approvals/approvals.ts'
export { isAllowedBy } from './approvals/approve.ts'
export { reusedReason } from './end-reasons.ts'
export type { Grant, GrantConfinement, OpenedGrant } from './grant.ts'
export type { ContextReference } from './grant-context.ts'
export { formatReferences, parseReferences } from './grant-context.ts'
export { chooseOwnLink } from './grant-user.ts'
export type { Grants } from './grants-interface.ts'
export type { OpenGrant } from './read-open-grants.ts'

export function createGrants(deps: GrantsDeps): Grants {
  const { db, clock } = deps
  const opener = createTokenOpener(db, clock)
  const { forget } = opener
  const ends = { db, clock, forget }
  return {
    create: (form) => createGrant(deps, form),
    findState: async (grantId) => stateOf(await selectState(db, grantId)),
    findUser: (grantId) => findUser({ ...deps, forget }, grantId),
    listConnected: (accountId, offset) => listConnectedApps(deps, { accountId, offset }),
    listEndedByReuse: (accountId, since) => listEndedByReuse(deps, { accountId, since }),

    end: (accountId, grantId, reason) => endGrant(ends, { accountId, grantId, reason }),
    endAllOfApp: (accountId, applicationId, reason) =>
      endAllOfApp(ends, { accountId, applicationId, reason }),
    endByEngine: (grantId, reason) => endByEngine(ends, { grantId, reason }),
    endAllOfAccount: (accountId, reason, transaction) =>
      endAllOfAccount(ends, { accountId, reason, transaction }),
    endAllOfApplication: (applicationId, reason) => endAllOfApplication(ends, { applicationId, reason }),
    endAllOfOwner: (ownerAccountId, reason, transaction) =>
      endAllOfOwner(ends, { ownerAccountId, reason, transaction }),
    endApprovalsOf: (practiceIds, reason, transaction) =>
      endApprovalsOf(ends, { practiceIds, reason, transaction }),
    endAllOfStaff: (practiceId, reason, transaction) =>
      endAllOfStaff(ends, { practiceId, reason, transaction }),

    open: opener.open,
    forgetOpened: forget,
    storeAccessToken: (token) => storeAccessToken(deps, token),
    writeAccessToken: (token) => writeAccessToken(deps, token),
    sweep: () => sweepAccessTokens(deps),
  }
}
