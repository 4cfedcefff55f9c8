import { OnpatientError } from '../../errors.ts'
import type { Db } from '../../store/store.ts'
import type { Account, SignInOutcome, Visitor } from '../account.ts'
import type { Counter } from '../throttle.ts'
import type { SecondStep } from './factors-interface.ts'
import { passWithCode, passWithPasskey, startPasskeyStep } from './pass-second-step.ts'
import { endPending, findPending, startPending } from './pending-sign-in.ts'
import type { SecondStepDeps } from './second-step-deps.ts'

export interface SecondSteps extends SecondStep {
  /**
   * Where every right password leads: to a sign-in, or to the second step when the account has a factor. Takes back the try that
   * `counters` have counted, because it was no guess. Throws `sign-in-failed` when the password was changed in the meantime.
   */
  startOrWait(account: Account, visitor: Visitor, counters: readonly Counter[]): Promise<SignInOutcome>
  /** Ends sign-ins that wait for the second step after an old password. Runs within the caller's transaction. */
  endPending(tx: Db, accountId: string): Promise<void>
}

export function createSecondStep(deps: SecondStepDeps): SecondSteps {
  return {
    async find(pendingToken) {
      const account = await findPending(deps, pendingToken)
      if (!account) return undefined
      const hasApp = (await deps.apps.find(account.id)) !== undefined
      return { account, hasApp, hasPasskey: await deps.passkeys.has(account.id) }
    },
    startOrWait: (account, visitor, counters) => startOrWait(deps, { account, visitor, counters }),
    endPending,
    passWithCode: (form) => passWithCode(deps, form),
    startPasskey: (pendingToken, visitor) => startPasskeyStep(deps, { pendingToken, visitor }),
    passWithPasskey: (form) => passWithPasskey(deps, form),
  }
}

async function startOrWait(
  deps: SecondStepDeps,
  { account, visitor, counters }: { account: Account; visitor: Visitor; counters: readonly Counter[] },
): Promise<SignInOutcome> {
  const mustWait = await deps.hasFactor(account.id)
  return deps.db.transaction().execute(async (tx) => {
    await holdPassword(tx, account)
    await deps.throttle.takeBack(counters, tx)
    return mustWait
      ? startPending(deps, tx, account)
      : deps.signIns.start(account, visitor, { isTwoStep: false }, tx)
  })
}

/**
 * A change of the password ends what the old password began. This statement writes, so it waits for a change that is under way and then
 * finds the new password. The next change waits for the caller's transaction, and ends what it began, too.
 */
async function holdPassword(tx: Db, { id, passwordChangedAt }: Account): Promise<void> {
  // uses the primary key
  const held = await tx
    .updateTable('account')
    .set((eb) => ({ password_changed_at: eb.ref('password_changed_at') }))
    .where('id', '=', id)
    .where('password_changed_at', '=', passwordChangedAt.getTime())
    .returning('id')
    .executeTakeFirst()
  if (!held)
    throw new OnpatientError('sign-in-failed', 'The password was changed in the meantime. Use the new one.')
}
