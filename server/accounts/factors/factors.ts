import { OnpatientError } from '../../errors.ts'
import type { Account, SignIn } from '../account.ts'
import { addFactor, hasFactor, sendNotice } from './add-factor.ts'
import type { FactorsDeps } from './factors-deps.ts'
import type { Factors } from './factors-interface.ts'
import { findHolders } from './find-holders.ts'
import { removeAllFactors, removeAuthenticatorApp, removePasskey } from './remove-factor.ts'

/** A proof of who somebody is allows changes of factors for so long. */
const proofMs = 10 * 60 * 1000

export function createFactors(deps: FactorsDeps): Factors {
  const { db, clock, apps, passkeys, recoveryCodes } = deps
  const isProven = (signIn: SignIn) => clock.now().getTime() - signIn.provenAt.getTime() < proofMs

  function assertProven(signIn: SignIn): void {
    if (isProven(signIn)) return
    throw new OnpatientError(
      'proof-required',
      'Confirm first that it is you: this change needs a fresh proof.',
    )
  }

  return {
    has: (accountId) => hasFactor(deps, accountId),
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
    async confirmAuthenticatorApp(account, signIn, typed) {
      assertProven(signIn)
      const code = typed.replaceAll(/\s/g, '')
      const insert = (tx: typeof db) => apps.confirm(tx, account.id, code)
      return addFactor(deps, { account, signIn, change: 'app-added', insert })
    },
    async removeAuthenticatorApp(account, signIn) {
      assertProven(signIn)
      await removeAuthenticatorApp(deps, account)
    },
    async startPasskey(account, signIn) {
      assertProven(signIn)
      return passkeys.startRegistration(account, signIn.id)
    },
    async addPasskey(account, signIn, form) {
      assertProven(signIn)
      const insert = await passkeys.finishRegistration(account, signIn.id, form)
      return addFactor(deps, { account, signIn, change: 'passkey-added', insert })
    },
    async removePasskey(account, signIn, id) {
      assertProven(signIn)
      await removePasskey(deps, account, id)
    },
    async renewRecoveryCodes(account, signIn) {
      assertProven(signIn)
      return renewRecoveryCodes(deps, account)
    },
    removeAll: (account) => removeAllFactors(deps, account),
  }
}

async function renewRecoveryCodes(deps: FactorsDeps, account: Account): Promise<string[]> {
  if (!(await hasFactor(deps, account.id)))
    throw new OnpatientError('not-allowed', 'Set up an authenticator app or a passkey first.')
  return deps.db.transaction().execute(async (tx) => {
    await sendNotice(deps, account, 'codes-renewed', tx)
    return deps.recoveryCodes.renew(tx, account.id)
  })
}
