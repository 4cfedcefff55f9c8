import type { Language } from '#words/languages.ts'
import type { Account, NewSignIn, SignIn, SignInOutcome, SignUpIntent, Visitor } from './account.ts'
import type { Factors, SecondStep } from './factors/factors-interface.ts'
import type { AssertionOptions } from './factors/passkeys-interface.ts'

/**
 * Accounts, their passwords, sign-ins and mailed links. Addresses have one form (`addresses.ts`). No answer shows whether an account exists:
 * sign-up and reset answer alike in both cases, and the mail says the rest.
 */
export interface Accounts {
  /**
   * Mails a link that finishes the sign-up. When the address has an account, the mail says so instead.
   * Throws `invalid-parameter` (address, name), `too-many-requests`.
   */
  startSignUp(form: {
    email: string
    displayName: string
    intent: SignUpIntent
    visitor: Visitor
  }): Promise<void>
  /**
   * Redeems the link of `startSignUp`: creates the account, with the password that the reader of the mail chooses now.
   * Throws `link-invalid`, `invalid-parameter` (password too short or among the common ones).
   */
  finishSignUp(
    token: string,
    password: string,
    visitor: Visitor,
  ): Promise<NewSignIn & { intent: SignUpIntent }>
  /** The purpose of a sign-up link, which is not used up; undefined when the link does not work any more. */
  findSignUp(token: string): Promise<{ email: string; displayName: string; intent: SignUpIntent } | undefined>
  /** For the command line, the demo and accepted invitations: the address counts as proven. Throws `email-taken`. */
  create(account: { email: string; password: string; displayName: string }): Promise<Account>
  /** Throws `sign-in-failed` or `too-many-requests`. Guesses of strangers never lock out a browser known to the account. */
  signIn(form: {
    email: string
    password: string
    visitor: Visitor
    /** The device cookie of an earlier sign-in in this browser, if any. */
    knownDevice?: string | undefined
  }): Promise<SignInOutcome>
  /** The second step, which follows the password in some accounts. */
  secondStep: SecondStep
  /** The factors of the second step, for the person's settings. */
  factors: Factors
  /** Options for a browser that signs in by a passkey alone; `browser` is a secret that it keeps. Throws `too-many-requests`. */
  startPasskeySignIn(browser: string, visitor: Visitor): Promise<AssertionOptions>
  /** Throws `passkey-refused`. */
  signInWithPasskey(form: { browser: string; response: unknown; visitor: Visitor }): Promise<NewSignIn>
  /** For checks by the operator. It signs nobody in and counts nothing. */
  hasPassword(accountId: string, password: string): Promise<boolean>
  /** Accounts whose address another account has, too, from before addresses had one form. For checks by the operator, twenty at most. */
  findShared(): Promise<Array<Pick<Account, 'id' | 'email'>>>
  /** Whether the secrets of authenticator apps open with the current key; for checks by the operator. */
  countSealedSecrets(): Promise<{ all: number; unreadable: number }>
  /** Asks in a sign-in for the password again, before changes of factors. Throws `sign-in-failed`, `too-many-requests`. */
  proveAgain(signIn: SignIn, password: string): Promise<void>
  /** The same by a passkey of the account. Throws `passkey-refused`. */
  startPasskeyProof(signIn: SignIn): Promise<AssertionOptions>
  proveWithPasskey(signIn: SignIn, response: unknown): Promise<void>
  /** Signs in without a password, just after a link has made the account. */
  startSignIn(accountId: string, visitor: Visitor): Promise<NewSignIn>
  /** The account behind a cookie, and its sign-in; undefined when unknown, ended or expired. Renews `lastSeenAt`. */
  findSignIn(token: string): Promise<{ account: Account; signIn: SignIn } | undefined>
  /** Whether a browser is still signed in by this sign-in. */
  isSignInOpen(signInId: string): Promise<boolean>
  listSignIns(accountId: string): Promise<SignIn[]>
  endSignIn(accountId: string, signInId: string): Promise<void>
  /** "Sign out everywhere", except the one given. */
  endOtherSignIns(accountId: string, keepSignInId: string | undefined): Promise<void>
  /** Mails a reset link when the address has an account. The answer is the same without one. */
  startPasswordReset(email: string, visitor: Visitor): Promise<void>
  /** The account whose password a link of `startPasswordReset` changes. The link is not used up; undefined when it does not work any more. */
  findPasswordReset(token: string): Promise<{ email: string } | undefined>
  /** Ends every sign-in, and (through `endGrants`) every grant. Throws `link-invalid`, `invalid-parameter`. */
  finishPasswordReset(token: string, newPassword: string, visitor: Visitor): Promise<SignInOutcome>
  /** Ends every other sign-in, and every grant. Throws `sign-in-failed` when `current` is wrong. */
  changePassword(accountId: string, current: string, next: string, keepSignInId: string): Promise<void>
  /** Mails a confirmation link to the new address and a notice to the old one. Throws `sign-in-failed`. */
  startEmailChange(accountId: string, password: string, newEmail: string): Promise<void>
  /** The change that a link of `startEmailChange` makes. The link is not used up; undefined when it does not work any more. */
  findEmailChange(token: string): Promise<{ accountId: string; email: string } | undefined>
  /**
   * Needs a sign-in of the same account, because the reader of the mail must not be joined to an account whose password somebody else knows.
   * Ends every sign-in and known browser, and starts a new sign-in in this browser. Throws `link-invalid`, `email-taken`.
   */
  finishEmailChange(token: string, signIn: SignIn, visitor: Visitor): Promise<NewSignIn>
  changeDisplayName(accountId: string, displayName: string): Promise<Account>
  /** Undefined: the language of the browser. */
  changeLanguage(accountId: string, language: Language | undefined): Promise<Account>
  /**
   * Closes the account for ever: ends sign-ins, factors, known browsers, links, grants, applications and invitations, frees the address, and
   * sends a mail about it.
   * Throws `proof-required`, and `not-allowed` while a practice would lose its only provider.
   */
  close(account: Account, signIn: SignIn): Promise<void>
  /** Undefined when there is no such account, or it is closed. */
  find(accountId: string): Promise<Account | undefined>
  findByEmail(email: string): Promise<Account | undefined>
  /** Deletes sign-ins, links and counts that have ended. */
  sweep(): Promise<void>
}
