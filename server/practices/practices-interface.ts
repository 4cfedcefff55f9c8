import type { Db } from '../store/store.ts'
import type { AssociationForm } from './associate.ts'
import type { Invitation } from './invitations/invitation.ts'
import type { WaitingInvitation } from './invitations/invitation-claims.ts'
import type { InvitationForm } from './invitations/invite.ts'
import type { InvitationPage } from './invitations/list-invitations.ts'
import type { Leaving } from './leaving.ts'
import type { NewOwnRecord } from './own-record.ts'
import type { PeoplePage, PersonOfPractice } from './people.ts'
import type { Association, Practice, ReachingSignIn } from './practice.ts'
import type { PracticeBrands } from './practice-brands.ts'

/** The page of a list that comes after the entry with this id; the first page without it. */
interface AfterId {
  after?: string | undefined
}

/**
 * Practices, their panels, and who is associated with them. The end of an association closes every access that rests on it: at once in this
 * process, and within a second in others, because what a token opens is remembered for a second.
 */
export interface Practices {
  /** Also writes the Organization record, when `organizationId` is not given. */
  create(practice: { name: string; kind: Practice['kind']; organizationId?: string }): Promise<Practice>
  /** A new practice with the account as its first provider. Writes Organization and Practitioner records. */
  createForProvider(account: { id: string; displayName: string }, name: string): Promise<Practice>
  /** A developer's own practice full of synthetic patients, with the account as provider and as one patient. */
  createSandbox(account: { id: string; displayName: string }): Promise<Practice>
  find(practiceId: string): Promise<Practice | undefined>
  /** All practices of the server; for the command line. */
  list(): Promise<Practice[]>
  /** Open associations of an account, oldest first. */
  listAssociations(accountId: string): Promise<Association[]>
  /**
   * The associations that a sign-in reaches: all but the work at practices that require a second step, when the sign-in had none. What a
   * signed-in person sees, does or gives to an application rests on these.
   */
  listReachable(signIn: ReachingSignIn): Promise<Association[]>
  /** The practices where the account works and that wait for a second step of this sign-in. */
  listWaiting(signIn: ReachingSignIn): Promise<Practice[]>
  /**
   * Whether providers and staff need a second step. Switching it on also ends the access that they gave to applications before (through
   * `onSecondStepRequired`).
   */
  requireSecondStep(practiceId: string, setting: { isRequired: boolean }): Promise<void>
  /** People with an open association with a practice, 50 at a time, the first who came first. */
  listPeople(practiceId: string, page?: AfterId): Promise<PeoplePage>
  /** One of them. */
  findPerson(practiceId: string, associationId: string): Promise<PersonOfPractice | undefined>
  /**
   * Throws `own-record-exists` when the account would become a second patient: an account is one person. A patient of the practice who
   * becomes the same patient again keeps the association. A proxy without a `relatedPersonId` gets a RelatedPerson record, with the name
   * and the address of the account.
   */
  associate(association: AssociationForm): Promise<Association>
  /** Whether the account would become a second patient by this record. */
  wouldBeTwo(record: NewOwnRecord): Promise<boolean>
  /** Other patients of the practice who have this address, 10 at most. Throws `invalid-parameter`. */
  findSharing(patient: {
    practiceId: string
    patientId: string
    email: string
  }): Promise<{ patientIds: string[]; hasMore: boolean }>
  /**
   * For an account that was wrongly made the patient: from now on it sees the record as a family member or caregiver, and so do the
   * applications that it connected. Throws `not-found`, `invalid-parameter`.
   */
  changeToProxy(form: {
    practiceId: string
    associationId: string
    relationship: string
  }): Promise<Association>
  /** The RelatedPerson record of a proxy. It is made now when there is none yet. Undefined when it cannot be written. */
  findRelatedPerson(association: Association): Promise<string | undefined>
  /** Ends an association of the practice. The RelatedPerson record made for it is not active any more. Throws `not-found`. */
  endAssociation(practiceId: string, associationId: string): Promise<void>
  /** What becomes of the practices where the account is the only provider, when the account is closed. */
  describeLeaving(accountId: string): Promise<Leaving>
  /**
   * For an account that is closed, within that transaction: ends its associations, the invitations of its address, and its sandboxes.
   * Returns the practices that closed with it. Throws `not-allowed` when it is the only provider of another practice.
   */
  leaveAll(tx: Db, account: { id: string; email: string }): Promise<string[]>
  /** Makes an account a provider of the practice. Writes a Practitioner record. */
  addProvider(practice: Practice, account: { id: string; displayName: string }): Promise<void>
  /** After the name or the address of an account has changed: the RelatedPerson records that were made for it change, too. */
  followAccount(accountId: string): Promise<void>
  /** The same for all accounts. It makes up for changes whose record could not be written when they happened. */
  sweep(): Promise<void>
  /** How apps find practices. */
  brands: PracticeBrands
  addPatients(practiceId: string, patientIds: string[]): Promise<void>
  /** The practices that keep a patient's record. */
  listPracticesOf(patientId: string): Promise<Practice[]>
  /**
   * Mails a link. The practice must keep the patient with a date of birth, and `relatedPersonId` must be of this patient. Throws
   * `not-found`, `invalid-parameter`, `limit-reached`.
   */
  invite(invitation: InvitationForm): Promise<Invitation>
  /** Open invitations, 50 at a time, newest first. */
  listInvitations(practiceId: string, page?: AfterId): Promise<InvitationPage>
  /** Throws `not-found` when the practice has no such open invitation. */
  endInvitation(practiceId: string, invitationId: string): Promise<void>
  /** Undefined when unknown, expired, accepted or tried too often. It never has the patient's name. */
  findInvitation(token: string): Promise<Invitation | undefined>
  /**
   * Only checks the date of birth, so that no account is made for a guess. A wrong date counts as a try. Throws `link-invalid`,
   * `birth-date-mismatch`.
   */
  confirmInvitation(token: string, birthDate: string): Promise<Invitation>
  /**
   * Checks the patient's date of birth first. An account of the invited address gets the record at once. An account of another address
   * waits for the practice; the answer is undefined then. Throws `link-invalid`, `birth-date-mismatch` (the invitation ends after five),
   * `already-exists`, `own-record-exists`.
   */
  acceptInvitation(
    token: string,
    account: { id: string; email: string },
    birthDate: string,
  ): Promise<Association | undefined>
  /** The practice says that an account of another address is the invited person. Throws `not-found`, `own-record-exists`. */
  confirmClaim(practiceId: string, invitationId: string): Promise<Association>
  /** Practices that have not confirmed yet what the account accepted, 20 at most. */
  listWaitingInvitations(accountId: string): Promise<{ invitations: WaitingInvitation[]; hasMore: boolean }>
}
