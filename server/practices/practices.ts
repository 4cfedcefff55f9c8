export interface Practice {
  id: string
  name: string
  kind: 'practice' | 'sandbox'
  organizationId: string
}

export type Role = 'patient' | 'proxy' | 'provider' | 'staff'

/** Why an account may see something of a practice. */
export interface Association {
  id: string
  accountId: string
  practice: Practice
  role: Role
  /** Set for patient and proxy. */
  patientId: string | undefined
  /** Set for provider. */
  practitionerId: string | undefined
  relationship: string
  createdAt: Date
}

export interface Invitation {
  id: string
  practice: Practice
  patientId: string
  email: string
  role: 'patient' | 'proxy'
  relationship: string
  createdAt: Date
  expiresAt: Date
}

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
  /** Open associations with a practice: who reaches its records. */
  listPeople(practiceId: string): Promise<Array<Association & { email: string; displayName: string }>>
  associate(association: {
    accountId: string
    practiceId: string
    role: Role
    patientId?: string
    practitionerId?: string
    relationship?: string
  }): Promise<Association>
  /** Ends an association of the practice. Throws `not-found`. */
  endAssociation(practiceId: string, associationId: string): Promise<void>
  addPatients(practiceId: string, patientIds: string[]): Promise<void>
  /** The practices that keep a patient's record. */
  listPracticesOf(patientId: string): Promise<Practice[]>
  /** Mails a link; the practice must keep the patient. Throws `not-found`, `invalid-parameter`. */
  invite(invitation: {
    practiceId: string
    patientId: string
    email: string
    role: 'patient' | 'proxy'
    relationship: string
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
  /** Checks the patient's date of birth first. Throws `link-invalid`, `birth-date-mismatch` (ends after five). */
  acceptInvitation(token: string, accountId: string, birthDate: string): Promise<Association>
}
