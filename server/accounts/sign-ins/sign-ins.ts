import type { Db } from '../../store/store.ts'
import type { Account, NewSignIn, Visitor } from '../account.ts'
import type { Accounts } from '../accounts-interface.ts'
import { endAllBut, endOtherSignIns, endSignIn } from './end-sign-ins.ts'
import { findSignIn, isSignInOpen, listSignIns } from './find-sign-in.ts'
import type { SignInsDeps } from './sign-ins-deps.ts'
import { startSignIn } from './start-sign-in.ts'

type Implemented = Pick<
  Accounts,
  'findSignIn' | 'isSignInOpen' | 'listSignIns' | 'endSignIn' | 'endOtherSignIns'
>

export interface SignIns extends Implemented {
  /** `isTwoStep`: whether more than the password was given. `transaction`: a transaction of the caller. */
  start(
    account: Account,
    visitor: Visitor,
    strength: { isTwoStep: boolean },
    transaction?: Db,
  ): Promise<NewSignIn>
  /** The person has proven again who they are, in this sign-in. */
  markProven(signInId: string): Promise<void>
  /** A factor was used or set up in this sign-in. Runs within the caller's transaction. */
  markTwoStep(tx: Db, signInId: string): Promise<void>
  /** For after the last factor has gone. */
  forgetTwoStep(accountId: string): Promise<void>
  /** Runs within the caller's transaction. */
  endAllBut(tx: Db, accountId: string, keepSignInId: string | undefined): Promise<void>
}

export function createSignIns(deps: SignInsDeps): SignIns {
  const { db, clock } = deps
  const now = () => clock.now().getTime()
  return {
    start: (account, visitor, { isTwoStep }, transaction = db) =>
      startSignIn(deps, { account, visitor, isTwoStep, transaction }),
    findSignIn: (token) => findSignIn(deps, token),
    isSignInOpen: (signInId) => isSignInOpen(deps, signInId),
    listSignIns: (accountId) => listSignIns(deps, accountId),
    endSignIn: (accountId, signInId) => endSignIn(deps, { accountId, signInId }),
    endOtherSignIns: (accountId, keepSignInId) => endOtherSignIns(deps, { accountId, keepSignInId }),
    endAllBut,
    async markProven(signInId) {
      await db.updateTable('sign_in').set({ proven_at: now() }).where('id', '=', signInId).execute()
    },
    async markTwoStep(tx, signInId) {
      await tx.updateTable('sign_in').set({ factor_at: now() }).where('id', '=', signInId).execute()
    },
    async forgetTwoStep(accountId) {
      // uses sign_in_account
      await db.updateTable('sign_in').set({ factor_at: null }).where('account_id', '=', accountId).execute()
    },
  }
}
