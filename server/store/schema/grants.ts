/** The permission of one account for one application. Every token belongs to a grant and ends with it. */
export interface GrantTable {
  id: string
  account_id: string
  application_id: string
  /** Space-separated scopes as granted. */
  scopes: string
  created_at: number
  /** Null: until the person ends it. */
  expires_at: number | null
  ended_at: number | null
  end_reason: string | null
  last_used_at: number | null
  /**
   * Set when a practice approved a backend service. Then `account_id` is only the administrator who did it, and the grant covers
   * the whole panel of this practice.
   */
  practice_id: string | null
  /** The sign-in in which the grant was given; null for older grants. */
  sign_in_id: string | null
}

/** The associations of the account through which the grant reaches records. */
export interface GrantAssociationTable {
  grant_id: string
  association_id: string
}

export interface AccessTokenTable {
  token_hash: string
  grant_id: string
  scopes: string
  issued_at: number
  expires_at: number
  /** Thumbprint of the key that the token is bound to. Null: any holder may use the token. */
  jkt: string | null
}

/** Client assertions and DPoP proofs that were used. When the row exists, a second use is a replay. */
export interface UsedOnceTable {
  key_hash: string
  expires_at: number
}

/** The storage of the authorization engine: codes, refresh tokens, its browser sessions, interactions. */
export interface OidcPayloadTable {
  kind: string
  /** SHA-256 of the engine's id, which for codes and tokens is the secret itself. */
  id_hash: string
  payload: string
  grant_id: string | null
  /** The engine's second key for its sessions. */
  uid: string | null
  consumed_at: number | null
  expires_at: number
}

/** Keys made on first start: cookie signing, cursors, OpenID signing. */
export interface ServerKeyTable {
  name: string
  value: string
  created_at: number
}
