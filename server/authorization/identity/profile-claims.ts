import type { Account } from '#server/accounts/accounts.ts'

/**
 * The claims of an account for the scopes `profile` and `email` (OpenID Connect Core §5.4). A mail proves every address before an account
 * has it.
 */
export function profileOf({ displayName, email }: Account): {
  name: string
  email: string
  email_verified: true
} {
  return { name: displayName, email, email_verified: true }
}
