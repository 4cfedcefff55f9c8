import type { Mailer } from '#server/mail/mail.ts'
import type { Clock } from '../../clock.ts'
import { OnpatientError } from '../../errors.ts'
import type { Db } from '../../store/store.ts'
import type { Account, SignIn } from '../accounts.ts'
import { accountMails, type FactorChange } from '../mails.ts'
import type { SignIns } from '../sign-ins.ts'
import type { AppSecret, AuthenticatorApp, AuthenticatorApps } from './authenticator-app.ts'
import type { Passkey, Passkeys, RegistrationOptions } from './passkeys.ts'
import type { RecoveryCodes } from './recovery-codes.ts'

/** What an account has set up for its second step. */
export interface FactorList {
  authenticatorApp: AuthenticatorApp | undefined
  passkeys: Passkey[]
  /** Unused recovery codes; undefined when there never were any. */
  recoveryCodesLeft: number | undefined
}

/** How long a proof of who somebody is serves for changes of factors. */
const proofMs = 10 * 60 * 1000

/**
 * The factors of an account, for the person in its settings. Each change wants a sign-in that was proven within ten
 * minutes (throws `proof-required`), and the account gets a mail about it. With the first factor all other sign-ins end,
 * so that none goes on that never had a second step.
 */
export interface Factors {
  list(accountId: string): Promise<FactorList>
  /** Whether a sign-in with the password needs a second step. */
  has(accountId: string): Promise<boolean>
  /** Which of many accounts have a second step. */
  findHolders(accountIds: readonly string[]): Promise<Set<string>>
  isProven(signIn: SignIn): boolean
  /** Throws `proof-required`. */
  assertProven(signIn: SignIn): void
  startAuthenticatorApp(account: Account, signIn: SignIn): Promise<AppSecret>
  /** The recovery codes when this is the first factor. Throws `code-refused`. */
  confirmAuthenticatorApp(account: Account, signIn: SignIn, code: string): Promise<string[] | undefined>
  /** Throws `not-found`. */
  removeAuthenticatorApp(account: Account, signIn: SignIn): Promise<void>
  /** What the browser needs to make a passkey; the answer counts in this sign-in for five minutes. */
  startPasskey(account: Account, signIn: SignIn): Promise<RegistrationOptions>
  /** The recovery codes when this is the first factor. Throws `passkey-refused`, `invalid-parameter`. */
  addPasskey(
    account: Account,
    signIn: SignIn,
    form: { name: string; response: unknown },
  ): Promise<string[] | undefined>
  /** Throws `not-found`. */
  removePasskey(account: Account, signIn: SignIn, id: string): Promise<void>
  /** Ends all earlier codes. Throws `not-allowed` without a factor. */
  renewRecoveryCodes(account: Account, signIn: SignIn): Promise<string[]>
  /** For a person who has lost them all: ends every sign-in, too. Whether there were any. */
  removeAll(account: Account): Promise<boolean>
}

interface FactorsDeps {
  db: Db
  clock: Clock
  mailer: Mailer
  portalUrl: string
  signIns: SignIns
  apps: AuthenticatorApps
  passkeys: Passkeys
  recoveryCodes: RecoveryCodes
}

/** A database takes so many values in one statement. */
const batch = 500

async function findHolders(db: Db, accountIds: readonly string[]): Promise<Set<string>> {
  const holders = new Set<string>()
  for (let start = 0; start < accountIds.length; start += batch) {
    const some = accountIds.slice(start, start + batch)
    // uses the primary key, and passkey_account
    const rows = await db
      .selectFrom('authenticator_app')
      .select('account_id')
      .where('account_id', 'in', some)
      .where('confirmed_at', 'is not', null)
      .union(db.selectFrom('passkey').select('account_id').where('account_id', 'in', some))
      .execute()
    for (const { account_id } of rows) holders.add(account_id)
  }
  return holders
}

export function createFactors(deps: FactorsDeps): Factors {
  const { db, clock, mailer, portalUrl, signIns, apps, passkeys, recoveryCodes } = deps

  const isProven = (signIn: SignIn) => clock.now().getTime() - signIn.provenAt.getTime() < proofMs

  function assertProven(signIn: SignIn): void {
    if (isProven(signIn)) return
    throw new OnpatientError(
      'proof-required',
      'Confirm first that it is you: this change needs a fresh proof.',
    )
  }

  async function has(accountId: string): Promise<boolean> {
    return (await passkeys.has(accountId)) || (await apps.find(accountId)) !== undefined
  }

  function tell({ email }: Account, change: FactorChange, tx: Db = db): Promise<void> {
    return mailer.send(accountMails.factorsChanged(email, portalUrl, change), tx)
  }

  /** Adds a factor in this sign-in, which has passed its second step by that. Recovery codes come with the first. */
  async function add(
    signIn: SignIn,
    insert: (tx: Db) => Promise<void>,
    notice: (tx: Db) => Promise<void>,
  ): Promise<string[] | undefined> {
    const hadOne = await has(signIn.accountId)
    return db.transaction().execute(async (tx) => {
      await insert(tx)
      await notice(tx)
      await signIns.markTwoStep(tx, signIn.id)
      if (hadOne) return undefined
      await signIns.endAllBut(tx, signIn.accountId, signIn.id)
      return recoveryCodes.renew(tx, signIn.accountId)
    })
  }

  /** What is left behind with the last factor would open nothing, or claim a second step that can no longer be asked. */
  async function forgetIfLast(accountId: string): Promise<void> {
    if (await has(accountId)) return
    await recoveryCodes.removeAll(db, accountId)
    await signIns.forgetTwoStep(accountId)
  }

  return {
    has,
    isProven,
    assertProven,
    findHolders: (accountIds) => findHolders(db, accountIds),
    async list(accountId) {
      return {
        authenticatorApp: await apps.find(accountId),
        passkeys: await passkeys.list(accountId),
        recoveryCodesLeft: await recoveryCodes.countLeft(db, accountId),
      }
    },
    async startAuthenticatorApp(account, signIn) {
      assertProven(signIn)
      return apps.start(account)
    },
    async confirmAuthenticatorApp(account, signIn, code) {
      assertProven(signIn)
      return add(
        signIn,
        (tx) => apps.confirm(tx, account.id, code.replaceAll(/\s/g, '')),
        (tx) => tell(account, 'app-added', tx),
      )
    },
    async removeAuthenticatorApp(account, signIn) {
      assertProven(signIn)
      if (!(await apps.remove(db, account.id)))
        throw new OnpatientError('not-found', 'There is no authenticator app any more.')
      await forgetIfLast(account.id)
      await tell(account, 'app-removed')
    },
    async startPasskey(account, signIn) {
      assertProven(signIn)
      return passkeys.startRegistration(account, signIn.id)
    },
    async addPasskey(account, signIn, form) {
      assertProven(signIn)
      const insert = await passkeys.finishRegistration(account, signIn.id, form)
      return add(signIn, insert, (tx) => tell(account, 'passkey-added', tx))
    },
    async removePasskey(account, signIn, id) {
      assertProven(signIn)
      if (!(await passkeys.remove(db, account.id, id)))
        throw new OnpatientError('not-found', 'There is no such passkey among yours any more.')
      await forgetIfLast(account.id)
      await tell(account, 'passkey-removed')
    },
    async renewRecoveryCodes(account, signIn) {
      assertProven(signIn)
      if (!(await has(account.id)))
        throw new OnpatientError('not-allowed', 'Set up an authenticator app or a passkey first.')
      return db.transaction().execute(async (tx) => {
        await tell(account, 'codes-renewed', tx)
        return recoveryCodes.renew(tx, account.id)
      })
    },
    async removeAll(account) {
      const had = await has(account.id)
      await db.transaction().execute(async (tx) => {
        await apps.remove(tx, account.id)
        await passkeys.removeAll(tx, account.id)
        await recoveryCodes.removeAll(tx, account.id)
        await signIns.endAllBut(tx, account.id, undefined)
        if (had) await tell(account, 'all-removed', tx)
      })
      return had
    },
  }
}
