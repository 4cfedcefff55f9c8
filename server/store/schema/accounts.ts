import type { Generated } from 'kysely'

/** Times are milliseconds since 1970 (UTC); flags are 0 or 1. */
export interface AccountTable {
  id: string
  /** In the form of `addresses.ts`, unless another account has that address, too; unique. */
  email: string
  display_name: string
  /** argon2id in PHC form. */
  password_hash: string
  created_at: number
  password_changed_at: number
  /**
   * The time when its owner closed it. Nobody can sign in any more, and the address is free. The row stays, because others refer
   * to it.
   */
  closed_at: Generated<number | null>
  /** What the person chose; null for the language of the browser. */
  language: Generated<string | null>
}

/** One browser in which an account is signed in. */
export interface SignInTable {
  id: string
  token_hash: string
  account_id: string
  created_at: number
  last_seen_at: number
  expires_at: number
  user_agent: string
  /** The network address of its start; null for older rows. */
  address: string | null
  /** When a second step was passed in it; null after the password alone. */
  factor_at: number | null
  /** When the person last proved who they are in it, by password or passkey. */
  proven_at: number
}

/** A browser in which an account was signed in. Its cookie has a random value. */
export interface KnownDeviceTable {
  mark_hash: string
  account_id: string
  created_at: number
  expires_at: number
}

/** A link sent by mail: single use, stored as the hash of its secret. */
export interface MailLinkTable {
  token_hash: string
  purpose: 'finish-sign-up' | 'reset-password' | 'change-email'
  account_id: string | null
  /** JSON that the purpose needs, never with a secret in clear. */
  payload: string
  created_at: number
  expires_at: number
  used_at: number | null
}

/** Attempts counted per key (hashed address, hashed e-mail) to slow down guessing. */
export interface ThrottleTable {
  key: string
  attempts: number
  blocked_until: number
  expires_at: number
}
