import { checkAddress } from '../addresses.ts'
import { associate } from './associate.ts'
import { changeToProxy, endAssociation } from './change-association.ts'
import { addProvider, createForProvider, createPractice } from './create-practice.ts'
import { createSandbox } from './create-sandbox.ts'
import { addPatients, findPractice, listPractices, listPracticesOf } from './find-practices.ts'
import { acceptInvitation } from './invitations/accept-invitation.ts'
import { confirmClaim } from './invitations/confirm-claim.ts'
import { confirmInvitation } from './invitations/confirm-invitation.ts'
import { endInvitation } from './invitations/end-invitation.ts'
import { findInvitation } from './invitations/find-invitation.ts'
import { invite } from './invitations/invite.ts'
import { listInvitations, listWaitingInvitations } from './invitations/list-invitations.ts'
import { describeLeaving, leaveAll } from './leaving.ts'
import { listAssociations, listReachable, listWaiting } from './list-associations.ts'
import { findSharing, wouldBeTwo } from './own-record.ts'
import { findPerson, listPeople } from './people.ts'
import type { Role } from './practice.ts'
import { createPracticeBrands } from './practice-brands.ts'
import type { PracticesDeps } from './practices-deps.ts'
import type { Practices } from './practices-interface.ts'
import { findRelatedPerson, followRelatedPeople } from './related-people.ts'
import { requireSecondStep } from './require-second-step.ts'

export { type Admission, createAdmission, type Opening, type SignUpRule } from './admission.ts'
export type { BrandForm } from './brand-form.ts'
export type { Invitation } from './invitations/invitation.ts'
export { findOwnRecord } from './own-record.ts'
export type { Association, Practice, ReachingSignIn, Role } from './practice.ts'
export type { PracticesDeps } from './practices-deps.ts'
export type { Practices } from './practices-interface.ts'

/** Whether a role reaches the whole panel of its practice. The other roles reach one patient. */
export function reachesPanel({ role }: { role: Role | null }): boolean {
  return role === 'provider' || role === 'staff'
}

export function createPractices(deps: PracticesDeps): Practices {
  return {
    create: (practice) => createPractice(deps, practice),
    createForProvider: (account, name) => createForProvider(deps, { account, name }),
    createSandbox: (account) => createSandbox(deps, account),
    find: (practiceId) => findPractice(deps, practiceId),
    list: () => listPractices(deps),
    listPracticesOf: (patientId) => listPracticesOf(deps, patientId),
    addPatients: (practiceId, patientIds) => addPatients(deps, { practiceId, patientIds }),
    brands: createPracticeBrands({ ...deps, find: (practiceId) => findPractice(deps, practiceId) }),

    listAssociations: (accountId) => listAssociations(deps, accountId),
    listReachable: (signIn) => listReachable(deps, signIn),
    listWaiting: (signIn) => listWaiting(deps, signIn),
    associate: (form) => associate(deps, form),
    addProvider: (practice, account) => addProvider(deps, { practice, account }),
    changeToProxy: (form) => changeToProxy(deps, form),
    endAssociation: (practiceId, associationId) => endAssociation(deps, { practiceId, associationId }),
    listPeople: (practiceId, page) => listPeople(deps, { practiceId, ...page }),
    findPerson: (practiceId, associationId) => findPerson(deps, { practiceId, associationId }),
    wouldBeTwo: (record) => wouldBeTwo(deps, record),
    findSharing: ({ email, ...patient }) =>
      findSharing(deps, { ...patient, address: checkAddress(email, 'email') }),
    requireSecondStep: (practiceId, setting) => requireSecondStep(deps, { practiceId, ...setting }),
    describeLeaving: (accountId) => describeLeaving(deps.db, accountId),
    leaveAll: (tx, account) => leaveAll(tx, account, deps.clock),

    findRelatedPerson: (association) => findRelatedPerson(deps, association),
    followAccount: (accountId) => followRelatedPeople(deps, { accountId }),
    sweep: () => followRelatedPeople(deps, {}),

    invite: (form) => invite(deps, form),
    listInvitations: (practiceId, page) => listInvitations(deps, { practiceId, ...page }),
    endInvitation: (practiceId, invitationId) => endInvitation(deps, { practiceId, invitationId }),
    findInvitation: (token) => findInvitation(deps, token),
    confirmInvitation: (token, birthDate) => confirmInvitation(deps, { token, birthDate }),
    acceptInvitation: (token, account, birthDate) => acceptInvitation(deps, { token, account, birthDate }),
    confirmClaim: (practiceId, invitationId) => confirmClaim(deps, { practiceId, invitationId }),
    listWaitingInvitations: (accountId) => listWaitingInvitations(deps, accountId),
  }
}
