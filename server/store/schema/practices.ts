import type { Generated } from 'kysely'

export interface PracticeTable {
  id: string
  name: string
  /** A sandbox holds synthetic patients of one developer. */
  kind: 'practice' | 'sandbox'
  /** The Organization record of this practice. */
  organization_id: string
  created_at: number
  /** 1: its providers and staff reach its panel only after a second step. */
  requires_second_step: Generated<number>
}

/** The panel: which patients' records a practice keeps. */
export interface PracticePatientTable {
  practice_id: string
  patient_id: string
}

/** Patients who left the panel because all their records were deleted; their history stays readable. */
export interface PracticeFormerPatientTable {
  practice_id: string
  patient_id: string
}

/** The relation of an account to a practice. It is ended, never deleted. */
export interface AssociationTable {
  id: string
  account_id: string
  practice_id: string
  role: 'patient' | 'proxy' | 'provider' | 'staff'
  /** The patient; set for patient and proxy. */
  patient_id: string | null
  /** Set for provider: the Practitioner record. */
  practitioner_id: string | null
  /** How a proxy is related, in words ("parent"); "self" for a patient. */
  relationship: string
  /** The RelatedPerson record of a proxy. In an older association it is null until it is needed. */
  related_person_id: string | null
  created_at: number
  ended_at: number | null
}

export interface InvitationTable {
  id: string
  token_hash: string
  practice_id: string
  patient_id: string
  email: string
  role: 'patient' | 'proxy'
  relationship: string
  /** The RelatedPerson record that the practice says the invited person is. */
  related_person_id: string | null
  invited_by: string
  created_at: number
  expires_at: number
  failed_attempts: number
  accepted_at: number | null
  /** The account of another address that accepted it, and waits for the practice. */
  claimed_by: string | null
  claimed_at: number | null
}

/** How apps find a practice (SMART App Launch 2.2, user-access brands). A practice without a row is not listed. */
export interface PracticeBrandTable {
  practice_id: string
  is_listed: number
  name: string
  /** JSON array of strings. */
  aliases: string
  npi: string | null
  website: string | null
  logo_uri: string | null
  description: string | null
  phone: string | null
  address_line: string | null
  city: string | null
  state: string | null
  postal_code: string | null
  updated_at: number
}
