import type { Account } from '#server/accounts/accounts.ts'

/**
 * What is known of an account itself, for the scopes `profile` and `email` (OpenID Connect Core §5.4). An address is proved by mail before
 * it becomes one of an account.
 */
export function profileOf({ displayName, email }: Account): {
  name: string
  email: string
  email_verified: true
} {
  return { name: displayName, email, email_verified: true }
}
