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

/** Why an account may see something of a practice; ended, never deleted. */
export interface AssociationTable {
  id: string
  account_id: string
  practice_id: string
  role: 'patient' | 'proxy' | 'provider' | 'staff'
  /** Set for patient and proxy. */
  patient_id: string | null
  /** Set for provider: the Practitioner record. */
  practitioner_id: string | null
  /** How a proxy is related, in words ("parent"); "self" for a patient. */
  relationship: string
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
  invited_by: string
  created_at: number
  expires_at: number
  failed_attempts: number
  accepted_at: number | null
}
