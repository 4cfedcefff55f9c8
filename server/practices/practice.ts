export interface Practice {
  id: string
  name: string
  kind: 'practice' | 'sandbox'
  organizationId: string
  /** Its providers and staff reach its panel only in a sign-in with a second step. */
  requiresSecondStep: boolean
}

export type Role = 'patient' | 'proxy' | 'provider' | 'staff'

/** The reason for which an account may see records of a practice. */
export interface Association {
  id: string
  accountId: string
  practice: Practice
  role: Role
  /** Set for patient and proxy. */
  patientId: string | undefined
  /** Set for provider. */
  practitionerId: string | undefined
  /** Set for proxy, except for associations from before there were such records (`findRelatedPerson` makes the record then). */
  relatedPersonId: string | undefined
  relationship: string
  createdAt: Date
}

/** The part of a sign-in that decides how far it reaches. */
export interface ReachingSignIn {
  accountId: string
  /** Whether more than the password was given. */
  isTwoStep: boolean
}
