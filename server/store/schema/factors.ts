/** A sign-in whose password was right and whose second step is still to come: no sign-in yet. */
export interface PendingSignInTable {
  token_hash: string
  account_id: string
  created_at: number
  expires_at: number
}

/** The secret that an authenticator app shares with this server for one-time codes (RFC 6238). */
export interface AuthenticatorAppTable {
  account_id: string
  /** Encrypted: the server has to read it, so it cannot be a hash. */
  sealed_secret: string
  created_at: number
  /** The time of the first right code. Before it the app does not count. */
  confirmed_at: number | null
  last_used_at: number | null
  /** The newest time step whose code was accepted: no code up to it is accepted again. */
  last_step: number
}

export interface RecoveryCodeTable {
  account_id: string
  code_hash: string
  created_at: number
  used_at: number | null
}

/** A public key of a person's device (WebAuthn Level 3). */
export interface PasskeyTable {
  id: string
  account_id: string
  /** base64url, as the browser names it; unique over all accounts. */
  credential_id: string
  /** COSE key in base64url. */
  public_key: string
  /** 0 for ever with authenticators that do not count (§6.1.1). */
  sign_count: number
  /** JSON list: how the browser reaches the authenticator. */
  transports: string
  name: string
  created_at: number
  last_used_at: number | null
}

/** A challenge that one browser may answer once. */
export interface PasskeyChallengeTable {
  challenge_hash: string
  purpose: 'register' | 'sign-in' | 'second-step' | 'proof'
  browser_hash: string
  expires_at: number
}
