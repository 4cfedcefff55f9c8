import type { MailCounts, Mailer } from '#server/mail/mail.ts'
import { checkAddress } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { newId, type Random } from '../secrets.ts'
import { preparedQuery } from '../store/prepared-query.ts'
import type { Db } from '../store/store.ts'
import { checkDisplayName, toAccount } from './account-row.ts'
import { createClosing } from './closing.ts'
import { createEmailChange } from './email-change.ts'
import { createAuthenticatorApps } from './factors/authenticator-app.ts'
import { createFactors, type Factors } from './factors/factors.ts'
import { createPasskeySignIn } from './factors/passkey-sign-in.ts'
import { type AssertionOptions, createPasskeys } from './factors/passkeys.ts'
import { createRecoveryCodes } from './factors/recovery-codes.ts'
import { createSecretSeal } from './factors/sealed-secret.ts'
import { createSecondStep, type SecondStep } from './factors/second-step.ts'
import { findByAddress, findShared } from './find-by-address.ts'
import { createKnownDevices } from './known-device.ts'
import { createMailLinks } from './mail-links.ts'
import { createPasswordChange } from './password-change.ts'
import { createPasswordSignIn } from './password-sign-in.ts'
import { checkNewPassword, createPasswords, type PasswordCost } from './passwords.ts'
import { createSignIns } from './sign-ins.ts'
import { createSignUp } from './sign-up.ts'
import { createThrottle } from './throttle.ts'

export { knownDeviceMs } from './known-device.ts'

/** A person who signs in. */
export interface Account {
  id: string
  email: string
  displayName: string
  createdAt: Date
  passwordChangedAt: Date
}

/** One browser in which an account is signed in. */
export interface SignIn {
  id: string
  accountId: string
  createdAt: Date
  lastSeenAt: Date
  expiresAt: Date
  userAgent: string
  /** The network address that it was started from. */
  address: string | undefined
  /** Whether more than the password was given: a code or a passkey. */
  isTwoStep: boolean
  /** When the person last proved who they are in it. */
  provenAt: Date
}

export interface NewSignIn {
  kind: 'signed-in'
  account: Account
  /** Goes into the cookie; stored only as its hash. */
  token: string
  expiresAt: Date
  /** Whether more than the password was given. */
  isTwoStep: boolean
  /** For a long-lived cookie: comes back as `knownDevice`, so that this browser is not slowed down by strangers. */
  deviceToken: string
}

/** The password was right, and the second step is still to come: nobody is signed in yet. */
export interface PendingSignIn {
  kind: 'pending'
  /** Goes into a cookie of the browser that gave the password; stored only as its hash. */
  token: string
  expiresAt: Date
}

export type SignInOutcome = NewSignIn | PendingSignIn

/** What a finished sign-up becomes besides an account. */
export type SignUpIntent =
  | { kind: 'practice'; practiceName: string; invitation?: string | undefined }
  | { kind: 'developer'; invitation?: string | undefined }
  /** Just an account, e.g. for a person whose practice will invite them. */
  | { kind: 'person' }

/** Where a request comes from, for throttling and the list of sign-ins. */
export interface Visitor {
  ip: string
  userAgent: string
}

/**
 * Accounts, their passwords, sign-ins and mailed links. Addresses have one form (`addresses.ts`). Nothing here tells whether
 * an account exists: sign-up and reset answer alike in both cases, and the mail says the rest.
 */
export interface Accounts {
  /**
   * Mails a link that finishes the sign-up (or, when the address has an account, a mail saying so).
   * Throws `invalid-parameter` (address, name), `too-many-requests`.
   */
  startSignUp(form: {
    email: string
    displayName: string
    intent: SignUpIntent
    visitor: Visitor
  }): Promise<void>
  /**
   * Redeems the link of `startSignUp`: creates the account, with the password that the one who has the mail chooses now.
   * Throws `link-invalid`, `invalid-parameter` (password too short or among the common ones).
   */
  finishSignUp(
    token: string,
    password: string,
    visitor: Visitor,
  ): Promise<NewSignIn & { intent: SignUpIntent }>
  /** What a sign-up link is for, without using it up; undefined when it is no longer good. */
  findSignUp(token: string): Promise<{ email: string; displayName: string; intent: SignUpIntent } | undefined>
  /** An account made by the command line, the demo or an accepted invitation: its address is taken as proven. */
  create(account: { email: string; password: string; displayName: string }): Promise<Account>
  /** Throws `sign-in-failed` or `too-many-requests`; a stranger's guesses never lock out a browser known to the account. */
  signIn(form: {
    email: string
    password: string
    visitor: Visitor
    /** The device cookie of an earlier sign-in in this browser, if any. */
    knownDevice?: string | undefined
  }): Promise<SignInOutcome>
  /** What follows the password in an account with a second step. */
  secondStep: SecondStep
  /** What the second step is made of, for the person's settings. */
  factors: Factors
  /** What the browser needs to sign in by a passkey alone; `browser` is a secret that it keeps. Throws `too-many-requests`. */
  startPasskeySignIn(browser: string, visitor: Visitor): Promise<AssertionOptions>
  /** Throws `passkey-refused`. */
  signInWithPasskey(form: { browser: string; response: unknown; visitor: Visitor }): Promise<NewSignIn>
  /** For checks by the operator: nobody is signed in, and nothing is counted. */
  hasPassword(accountId: string, password: string): Promise<boolean>
  /** Accounts whose address another account has, from before addresses had one form; for checks by the operator, twenty at most. */
  findShared(): Promise<Array<Pick<Account, 'id' | 'email'>>>
  /** Whether the secrets of authenticator apps open with the key of now; for checks by the operator. */
  countSealedSecrets(): Promise<{ all: number; unreadable: number }>
  /** Asks in a sign-in for the password again, before changes of factors. Throws `sign-in-failed`, `too-many-requests`. */
  proveAgain(signIn: SignIn, password: string): Promise<void>
  /** The same by a passkey of the account. Throws `passkey-refused`. */
  startPasskeyProof(signIn: SignIn): Promise<AssertionOptions>
  proveWithPasskey(signIn: SignIn, response: unknown): Promise<void>
  /** Signs in without a password, just after the account was made by a link. */
  startSignIn(accountId: string, visitor: Visitor): Promise<NewSignIn>
  /** The account behind a cookie, and its sign-in; undefined when unknown, ended or expired. Renews `lastSeenAt`. */
  findSignIn(token: string): Promise<{ account: Account; signIn: SignIn } | undefined>
  /** Whether a browser is still signed in by it. */
  isSignInOpen(signInId: string): Promise<boolean>
  listSignIns(accountId: string): Promise<SignIn[]>
  endSignIn(accountId: string, signInId: string): Promise<void>
  /** "Sign out everywhere", except the one given. */
  endOtherSignIns(accountId: string, keepSignInId: string | undefined): Promise<void>
  /** Mails a reset link when the address has an account; says nothing either way. */
  startPasswordReset(email: string, visitor: Visitor): Promise<void>
  /** Whose password a link of `startPasswordReset` would change, without using it up; undefined when it is no longer good. */
  findPasswordReset(token: string): Promise<{ email: string } | undefined>
  /** Ends every sign-in, and (through `endGrants`) every grant. Throws `link-invalid`, `invalid-parameter`. */
  finishPasswordReset(token: string, newPassword: string, visitor: Visitor): Promise<SignInOutcome>
  /** Ends every other sign-in, and every grant. Throws `sign-in-failed` when `current` is wrong. */
  changePassword(accountId: string, current: string, next: string, keepSignInId: string): Promise<void>
  /** Mails a confirmation link to the new address and a notice to the old one. Throws `sign-in-failed`. */
  startEmailChange(accountId: string, password: string, newEmail: string): Promise<void>
  /** What a link of `startEmailChange` would change, without using it up; undefined when it is no longer good. */
  findEmailChange(token: string): Promise<{ accountId: string; email: string } | undefined>
  /**
   * In a sign-in of the very account: whoever has the mail alone must not be joined to an account that somebody else keeps the
   * password of. Ends every sign-in and known browser, and starts a new one in this browser. Throws `link-invalid`, `email-taken`.
   */
  finishEmailChange(token: string, signIn: SignIn, visitor: Visitor): Promise<NewSignIn>
  changeDisplayName(accountId: string, displayName: string): Promise<Account>
  /**
   * For ever: ends sign-ins, factors, known browsers, links, grants, applications and invitations, frees the address, and tells it by mail.
   * Throws `proof-required`, and `not-allowed` while a practice would lose its only provider.
   */
  close(account: Account, signIn: SignIn): Promise<void>
  /** Undefined also when it is closed. */
  find(accountId: string): Promise<Account | undefined>
  findByEmail(email: string): Promise<Account | undefined>
  /** Deletes sign-ins, links and counts that are over. */
  sweep(): Promise<void>
}

interface AccountsDeps {
  db: Db
  clock: Clock
  random: Random
  mailer: Mailer
  mailCounts: Pick<MailCounts, 'countAskedFor'>
  limits: Limits
  portalUrl: string
  /** Seals the secrets of authenticator apps. */
  factorKey: string
  /** Ends the grants of the account, within the transaction that changes its password. */
  endGrants(tx: Db, accountId: string): Promise<void>
  /** After that transaction: what tokens opened is forgotten. */
  onPasswordChanged(): void
  /** Ends what the account is and has elsewhere, within the transaction that closes it. Throws when it has to stay. */
  endWhatItHas(tx: Db, account: Account): Promise<void>
  /** After that transaction. It must not throw. */
  onClosed(accountId: string): Promise<void>
  /** What repeats name or address of the account follows. It must not throw: the change has been made. */
  onProfileChanged?(accountId: string): Promise<void>
  passwordCost?: PasswordCost
}

// uses the primary key
const selectAccount = preparedQuery((db, id: string) =>
  db.selectFrom('account').selectAll().where('id', '=', id).where('closed_at', 'is', null),
)

export function createAccounts(deps: AccountsDeps): Accounts {
  const { db, clock, random, mailer, portalUrl, endGrants, onPasswordChanged, passwordCost } = deps
  const passwords = createPasswords(passwordCost)
  const devices = createKnownDevices({ db, clock, random })
  const links = createMailLinks({ db, clock, random })
  const throttle = createThrottle(db, clock)
  const signIns = createSignIns({ db, clock, random, devices, most: deps.limits.signIns })
  const apps = createAuthenticatorApps({ db, clock, random, seal: createSecretSeal(deps.factorKey, random) })
  const recoveryCodes = createRecoveryCodes({ clock, random })
  const passkeys = createPasskeys({ db, clock, random, portalUrl, limits: deps.limits })
  const ofFactors = { db, clock, random, mailer, portalUrl, signIns, apps, passkeys, recoveryCodes }
  const factors = createFactors(ofFactors)
  const secondSteps = createSecondStep({ ...ofFactors, throttle, devices, find, hasFactor: factors.has })
  const { startOrWait } = secondSteps
  const { signIn, provePassword, hasPassword } = createPasswordSignIn({
    db,
    passwords,
    throttle,
    devices,
    startOrWait,
  })

  async function find(accountId: string): Promise<Account | undefined> {
    const [row] = await selectAccount(db, accountId)
    return row && toAccount(row)
  }

  async function findByEmail(email: string): Promise<Account | undefined> {
    const [row] = await findByAddress(db, email)
    return row && toAccount(row)
  }

  /** Undefined when the address is taken: the unique column decides, not a look before. */
  async function insert(
    tx: Db,
    account: { email: string; displayName: string; passwordHash: string },
  ): Promise<Account | undefined> {
    const now = clock.now().getTime()
    const row = await tx
      .insertInto('account')
      .values({
        id: newId('acc', random),
        email: account.email,
        display_name: account.displayName,
        password_hash: account.passwordHash,
        created_at: now,
        password_changed_at: now,
      })
      .onConflict((conflict) => conflict.column('email').doNothing())
      .returningAll()
      .executeTakeFirst()
    return row && toAccount(row)
  }

  const parts = {
    db,
    clock,
    mailer,
    mailCounts: deps.mailCounts,
    portalUrl,
    passwords,
    links,
    signIns,
    devices,
    secondSteps,
    throttle,
    find,
    findByEmail,
  }
  return {
    find,
    findByEmail,
    signIn,
    hasPassword,
    countSealedSecrets: apps.countSealed,
    findShared: () => findShared(db),
    factors,
    secondStep: secondSteps,
    findSignIn: signIns.findSignIn,
    isSignInOpen: signIns.isSignInOpen,
    listSignIns: signIns.listSignIns,
    endSignIn: signIns.endSignIn,
    endOtherSignIns: signIns.endOtherSignIns,
    ...createPasskeySignIn({ passkeys, signIns, throttle, find }),
    ...createSignUp({ ...parts, insert }),
    ...createPasswordChange({ ...parts, provePassword, endGrants, onPasswordChanged }),
    ...createClosing({
      ...parts,
      ...ofFactors,
      factors,
      endWhatItHas: deps.endWhatItHas,
      onClosed: deps.onClosed,
    }),
    ...createEmailChange({ ...parts, provePassword, onProfileChanged: deps.onProfileChanged }),
    async create({ email: typed, password, displayName: name }) {
      const email = checkAddress(typed, 'email')
      const displayName = checkDisplayName(name)
      checkNewPassword(password, email)
      const account = await insert(db, { email, displayName, passwordHash: await passwords.hash(password) })
      if (!account)
        throw new OnpatientError('email-taken', 'Another account uses this e-mail address.', {
          field: 'email',
        })
      return account
    },
    async startSignIn(accountId, visitor) {
      const account = await find(accountId)
      if (!account) throw new OnpatientError('not-found', 'There is no such account.')
      return signIns.start(account, visitor, { isTwoStep: false })
    },
    async proveAgain({ id, accountId }, password) {
      await provePassword(accountId, password, 'password')
      await signIns.markProven(id)
    },
    async sweep() {
      const now = clock.now().getTime()
      for (const table of [
        'sign_in',
        'pending_sign_in',
        'mail_link',
        'throttle',
        'passkey_challenge',
        'known_device',
      ] as const)
        await db.deleteFrom(table).where('expires_at', '<=', now).execute()
    },
    async changeDisplayName(accountId, displayName) {
      const row = await db
        .updateTable('account')
        .set({ display_name: checkDisplayName(displayName) })
        .where('id', '=', accountId)
        .returningAll()
        .executeTakeFirst()
      if (!row) throw new OnpatientError('not-found', 'There is no such account.')
      await deps.onProfileChanged?.(accountId)
      return toAccount(row)
    },
  }
}
