import type { MailCounts, Mailer } from '#server/mail/mail.ts'
import { checkAddress } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { newId, type Random } from '../secrets.ts'
import { preparedQuery } from '../store/prepared-query.ts'
import type { Db } from '../store/store.ts'
import type { Account } from './account.ts'
import { checkDisplayName, toAccount } from './account-row.ts'
import type { Accounts } from './accounts-interface.ts'
import { createClosing } from './closing.ts'
import { createEmailChange } from './email-change.ts'
import { createAuthenticatorApps } from './factors/authenticator-app.ts'
import { createFactors } from './factors/factors.ts'
import { createPasskeySignIn } from './factors/passkey-sign-in.ts'
import { createPasskeys } from './factors/passkeys.ts'
import { createRecoveryCodes } from './factors/recovery-codes.ts'
import { createSecretSeal } from './factors/sealed-secret.ts'
import { createSecondStep } from './factors/second-step.ts'
import { findByAddress, findShared } from './find-by-address.ts'
import { createKnownDevices } from './known-device.ts'
import { createMailLinks } from './mail-links.ts'
import { createPasswordChange } from './password-change.ts'
import { createPasswordSignIn } from './password-sign-in.ts'
import { checkNewPassword, createPasswords, type PasswordCost } from './passwords.ts'
import { createSignIns } from './sign-ins.ts'
import { createSignUp } from './sign-up.ts'
import { createThrottle } from './throttle.ts'

export type {
  Account,
  NewSignIn,
  PendingSignIn,
  SignIn,
  SignInOutcome,
  SignUpIntent,
  Visitor,
} from './account.ts'
export type { Accounts } from './accounts-interface.ts'

export { knownDeviceMs } from './known-device.ts'

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
