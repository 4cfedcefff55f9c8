import type { Account, NewSignIn, SignIn, Visitor } from '../account.ts'
import type { AppSecret, AuthenticatorApp } from './authenticator-app.ts'
import type { AssertionOptions, Passkey, RegistrationOptions } from './passkeys-interface.ts'

/**
 * Between the right password and the second step there is no sign-in, only a secret in the browser that gave the password. It lives ten
 * minutes and becomes one sign-in.
 */
export interface SecondStep {
  /** Undefined when unknown, used up, too old, or ended by a new password. */
  find(pendingToken: string): Promise<{ account: Account; hasApp: boolean; hasPasskey: boolean } | undefined>
  /**
   * Takes a code of the authenticator app or a recovery code. Each works once. Throws `code-refused`, `too-many-requests`, and
   * `sign-in-required` when the password has to be given again.
   */
  passWithCode(form: {
    pendingToken: string
    code: string
    visitor: Visitor
    knownDevice?: string | undefined
  }): Promise<NewSignIn>
  /** Options for a browser that uses a passkey of the account. Throws `sign-in-required`, `too-many-requests`. */
  startPasskey(pendingToken: string, visitor: Visitor): Promise<AssertionOptions>
  /** Takes the browser's answer. Throws `passkey-refused`, `sign-in-required`. */
  passWithPasskey(form: { pendingToken: string; response: unknown; visitor: Visitor }): Promise<NewSignIn>
}

/** The factors that an account has set up for its second step. */
export interface FactorList {
  authenticatorApp: AuthenticatorApp | undefined
  passkeys: Passkey[]
  /** The number of unused recovery codes; undefined when none were ever made. */
  recoveryCodesLeft: number | undefined
}

/**
 * The factors of an account, for the person's settings. Each change needs a sign-in that was proven within ten minutes (throws
 * `proof-required`), and the account gets a mail about it. With the first factor all other sign-ins end, because they had no second step.
 */
export interface Factors {
  list(accountId: string): Promise<FactorList>
  /** Whether a sign-in with the password needs a second step. */
  has(accountId: string): Promise<boolean>
  /** Those of many accounts that have a second step. */
  findHolders(accountIds: readonly string[]): Promise<Set<string>>
  isProven(signIn: SignIn): boolean
  /** Throws `proof-required`. */
  assertProven(signIn: SignIn): void
  startAuthenticatorApp(account: Account, signIn: SignIn): Promise<AppSecret>
  /** Returns recovery codes when this is the first factor. Throws `code-refused`. */
  confirmAuthenticatorApp(account: Account, signIn: SignIn, code: string): Promise<string[] | undefined>
  /** Throws `not-found`. */
  removeAuthenticatorApp(account: Account, signIn: SignIn): Promise<void>
  /** Options for a browser that makes a passkey. Its answer counts in this sign-in for five minutes. */
  startPasskey(account: Account, signIn: SignIn): Promise<RegistrationOptions>
  /** Returns recovery codes when this is the first factor. Throws `passkey-refused`, `invalid-parameter`. */
  addPasskey(
    account: Account,
    signIn: SignIn,
    form: { name: string; response: unknown },
  ): Promise<string[] | undefined>
  /** Throws `not-found`. */
  removePasskey(account: Account, signIn: SignIn, id: string): Promise<void>
  /** Makes new codes and ends all earlier ones. Throws `not-allowed` without a factor. */
  renewRecoveryCodes(account: Account, signIn: SignIn): Promise<string[]>
  /** For a person who has lost all factors. It also ends every sign-in. True when there were any factors. */
  removeAll(account: Account): Promise<boolean>
}
