import type { Mailer } from '#server/mail/mail.ts'
import type { Clock } from '../../clock.ts'
import { OnpatientError } from '../../errors.ts'
import type { Db } from '../../store/store.ts'
import type { Account, SignIn } from '../account.ts'
import { accountMails, type FactorChange } from '../mails.ts'
import type { SignIns } from '../sign-ins.ts'
import type { AuthenticatorApps } from './authenticator-app.ts'
import type { Factors } from './factors-interface.ts'
import type { Passkeys } from './passkeys.ts'
import type { RecoveryCodes } from './recovery-codes.ts'

/** How long a proof of who somebody is serves for changes of factors. */
const proofMs = 10 * 60 * 1000

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
