/** What one account allowed one application. Every token belongs to a grant and dies with it. */
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
   * Set when a practice approved a backend service: then `account_id` only tells which administrator did, and what
   * the grant covers is the whole panel of this practice.
   */
  practice_id: string | null
  /** The sign-in in which it was given; null in grants from before this was noted. */
  sign_in_id: string | null
}

/** Through which associations of the account the grant reaches records. */
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
  /** Thumbprint of the key that the token is bound to; null: whoever holds the token may use it. */
  jkt: string | null
}

/** Client assertions and DPoP proofs that were seen: the row is there, so a second one is a replay. */
export interface UsedOnceTable {
  key_hash: string
  expires_at: number
}

/** What the authorization engine keeps: codes, refresh tokens, its browser sessions, interactions. */
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
