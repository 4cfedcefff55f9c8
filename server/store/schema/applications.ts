import type { Generated } from 'kysely'

export interface ApplicationTable {
  /** The client_id. */
  id: string
  owner_account_id: string
  name: string
  /** The name as it is searched and sorted. */
  name_key: Generated<string>
  kind: 'confidential' | 'public'
  /** The scopes that the application may ask for, separated by spaces. */
  scopes: string
  /** JSON array of strings. */
  redirect_uris: string
  /** JSON array of strings: the addresses to which a browser may go after signing out. */
  post_logout_redirect_uris: Generated<string>
  logo_uri: string | null
  policy_uri: string | null
  tos_uri: string | null
  /** The address at which a launch from the portal starts the application (SMART App Launch, EHR launch). */
  launch_uri: string | null
  /** 1: accepts token parameters in the URL, as one old client sends them. */
  legacy_url_parameters: number
  /**
   * How the application proves its identity at the token endpoint: by a secret, by a signature (private_key_jwt), or not at all.
   */
  authentication: Generated<'secret' | 'key' | 'none'>
  /** JSON of its public keys; with authentication by key either this or the address. */
  jwks: string | null
  jwks_uri: string | null
  /** 1: starts authorization by pushing the request (RFC 9126). */
  requires_par: Generated<number>
  /** 1: its tokens are bound to a key (RFC 9449). */
  requires_dpop: Generated<number>
  /** The hash of the token by which a dynamically registered application manages itself (RFC 7592). */
  registration_token_hash: string | null
  created_at: number
  updated_at: number
  deleted_at: number | null
}

export interface ApplicationSecretTable {
  id: string
  application_id: string
  secret_hash: string
  created_at: number
  /** The end of the overlap, set on older secrets when a secret is rotated. */
  expires_at: number | null
}

/**
 * A change of a backend service that waits for the practices that approved the service. Only the last change of each service is
 * kept.
 */
export interface ApplicationChangeTable {
  application_id: string
  /** The id of this change. A consent to an earlier change does not count. */
  id: string
  /** JSON of the columns of `application` that would change. */
  columns: string
  requested_at: number
}

/** A practice agreed to the change that waits. */
export interface ApplicationChangeConsentTable {
  application_id: string
  practice_id: string
  account_id: string
  given_at: number
}

/** Lets its holder register applications that belong to an account (RFC 7591 §3, initial access token). */
export interface RegistrationTokenTable {
  token_hash: string
  owner_account_id: string
  created_at: number
  expires_at: number
}

/** A developer asks a practice to approve a backend service. */
export interface ApprovalRequestTable {
  id: string
  application_id: string
  practice_id: string
  requested_by: string
  requested_at: number
  decided_at: number | null
}
