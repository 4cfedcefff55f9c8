/** The context of a grant after a launch or the choice of one patient (SMART App Launch 2.2, launch context). */
export interface GrantContextTable {
  grant_id: string
  /** The one patient whom `patient` scopes of the grant are about. */
  patient_id: string
  encounter_id: string | null
  intent: string | null
  /** JSON array of `{ reference, role? }`. */
  fhir_context: string | null
  /** 1: the application must itself show whose record it is about. */
  need_patient_banner: number
  /** 1: the person let `user` scopes reach the whole panel of the practice. Otherwise they, too, are about the one patient. */
  reaches_panel: number
}

/** An application that was opened from the portal and has not asked for authorization yet. */
export interface LaunchTable {
  /** SHA-256 of the launch id, which is a secret of the account and the application. */
  id_hash: string
  account_id: string
  application_id: string
  /** The association by which the account may open the patient's record. The launch is worth nothing after its end. */
  association_id: string
  patient_id: string
  encounter_id: string | null
  intent: string | null
  fhir_context: string | null
  created_at: number
  expires_at: number
  used_at: number | null
  /** SHA-256 of the authorization request that used it, which may be answered twice by a double click. */
  used_by: string | null
}
