import type { Db } from '../store/store.ts'
import type { Invitation } from './invitation.ts'
import type { WaitingInvitation } from './invitation-claims.ts'
import type { Leaving } from './leaving.ts'
import type { OwnRecords } from './own-record.ts'
import type { Association, Practice, ReachingSignIn, Role } from './practice.ts'
import type { PracticeBrands } from './practice-brands.ts'

/**
 * Practices, their panels, and who is associated with them. Closed associations end every access that rests on
 * them at once, because access looks them up at each request.
 */
export interface Practices {
  /** Also writes the Organization record, when `organizationId` is not given. */
  create(practice: { name: string; kind: Practice['kind']; organizationId?: string }): Promise<Practice>
  /** A new practice with the account as its first provider (writes Organization and Practitioner records). */
  createForProvider(account: { id: string; displayName: string }, name: string): Promise<Practice>
  /** A developer's own practice full of synthetic patients, with the account as provider and as one patient. */
  createSandbox(account: { id: string; displayName: string }): Promise<Practice>
  find(practiceId: string): Promise<Practice | undefined>
  list(): Promise<Practice[]>
  /** Open associations of an account, oldest first. */
  listAssociations(accountId: string): Promise<Association[]>
  /**
   * Those that a sign-in reaches: all but the work at practices that ask for a second step, when it had none. What a
   * signed-in person sees, does or hands to an application rests on these.
   */
  listReachable(signIn: ReachingSignIn): Promise<Association[]>
  /** The practices where the account works and that wait for a second step of this sign-in. */
  listWaiting(signIn: ReachingSignIn): Promise<Practice[]>
  /**
   * Whether providers and staff need a second step. Switched on, it also ends the access that they gave to applications
   * before (through `onSecondStepRequired`).
   */
  requireSecondStep(practiceId: string, isRequired: boolean): Promise<void>
  /** Open associations with a practice: who reaches its records. */
  listPeople(practiceId: string): Promise<Array<Association & { email: string; displayName: string }>>
  /**
   * Throws `own-record-exists` when the account would become a second patient: an account is one person. A patient who is there already
   * stays the same. A proxy who is given no
   * `relatedPersonId` gets a RelatedPerson record, with the name and address of the account.
   */
  associate(association: {
    accountId: string
    practiceId: string
    role: Role
    patientId?: string
    practitionerId?: string
    relatedPersonId?: string | undefined
    relationship?: string
  }): Promise<Association>
  /** Whether it would become a second patient by this record. */
  wouldBeTwo: OwnRecords['wouldBeTwo']
  /** Other patients of the practice who have this address. Throws `invalid-parameter`. */
  findSharing: OwnRecords['findSharing']
  /**
   * A patient who is not: from now on the account sees the record as a family member or caregiver, as do the applications that it
   * connected. Throws `not-found`, `invalid-parameter`.
   */
  changeToProxy(practiceId: string, associationId: string, relationship: string): Promise<Association>
  /** The RelatedPerson record of a proxy; made now when there is none yet. Undefined when the record refuses it. */
  findRelatedPerson(association: Association): Promise<string | undefined>
  /** Ends an association of the practice; the RelatedPerson record made for it is not active any more. Throws `not-found`. */
  endAssociation(practiceId: string, associationId: string): Promise<void>
  /** What becomes of the practices where the account is the only provider, when it is closed. */
  describeLeaving(accountId: string): Promise<Leaving>
  /**
   * For an account that is closed, within that transaction: ends its associations and the invitations of its address, and its sandboxes.
   * Returns the practices that closed with it. Throws `not-allowed` when it is the only provider of another one.
   */
  leaveAll(tx: Db, account: { id: string; email: string }): Promise<string[]>
  /** A colleague; writes a Practitioner record. */
  addProvider(practice: Practice, account: { id: string; displayName: string }): Promise<void>
  /** After the name or the address of an account has changed: the RelatedPerson records that were made for it follow. */
  followAccount(accountId: string): Promise<void>
  /** The same for all, so that a change whose record could not be written in its moment is made up for. */
  sweep(): Promise<void>
  /** How apps find practices. */
  brands: PracticeBrands
  addPatients(practiceId: string, patientIds: string[]): Promise<void>
  /** The practices that keep a patient's record. */
  listPracticesOf(patientId: string): Promise<Practice[]>
  /**
   * Mails a link; the practice must keep the patient with a date of birth, and `relatedPersonId` must be of this patient.
   * Throws `not-found`, `invalid-parameter`.
   */
  invite(invitation: {
    practiceId: string
    patientId: string
    email: string
    role: 'patient' | 'proxy'
    relationship: string
    relatedPersonId?: string | undefined
    invitedBy: string
  }): Promise<Invitation>
  listInvitations(practiceId: string): Promise<Invitation[]>
  endInvitation(practiceId: string, invitationId: string): Promise<void>
  /** Undefined when unknown, expired, accepted or tried too often. Never tells the patient's name. */
  findInvitation(token: string): Promise<Invitation | undefined>
  /**
   * Only checks the date of birth (a wrong one counts as a try), so that an account made for the invitation is not
   * made for a guess. Throws `link-invalid`, `birth-date-mismatch`.
   */
  confirmInvitation(token: string, birthDate: string): Promise<Invitation>
  /**
   * Checks the patient's date of birth first. An account of the invited address gets the record at once; any other one waits for
   * the practice, which is told by undefined. Throws `link-invalid`, `birth-date-mismatch` (ends after five), `own-record-exists`.
   */
  acceptInvitation(
    token: string,
    account: { id: string; email: string },
    birthDate: string,
  ): Promise<Association | undefined>
  /** The practice says that an account of another address is the invited person. Throws `not-found`, `own-record-exists`. */
  confirmClaim(practiceId: string, invitationId: string): Promise<Association>
  /** What an account has accepted and a practice has not confirmed yet. */
  listWaitingInvitations(accountId: string): Promise<WaitingInvitation[]>
}
