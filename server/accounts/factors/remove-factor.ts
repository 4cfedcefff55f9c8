import { OnpatientError } from '../../errors.ts'
import type { Account } from '../account.ts'
import { hasFactor, sendNotice } from './add-factor.ts'
import type { FactorsDeps } from './factors-deps.ts'

export async function removeAuthenticatorApp(deps: FactorsDeps, account: Account): Promise<void> {
  if (!(await deps.apps.remove(deps.db, account.id)))
    throw new OnpatientError('not-found', 'There is no authenticator app any more.')
  await forgetIfLast(deps, account.id)
  await sendNotice(deps, account, 'app-removed')
}

export async function removePasskey(deps: FactorsDeps, account: Account, id: string): Promise<void> {
  if (!(await deps.passkeys.remove(deps.db, account.id, id)))
    throw new OnpatientError('not-found', 'There is no such passkey among yours any more.')
  await forgetIfLast(deps, account.id)
  await sendNotice(deps, account, 'passkey-removed')
}

export async function removeAllFactors(deps: FactorsDeps, account: Account): Promise<boolean> {
  const had = await hasFactor(deps, account.id)
  await deps.db.transaction().execute(async (tx) => {
    await deps.apps.remove(tx, account.id)
    await deps.passkeys.removeAll(tx, account.id)
    await deps.recoveryCodes.removeAll(tx, account.id)
    await deps.signIns.endAllBut(tx, account.id, undefined)
    if (had) await sendNotice(deps, account, 'all-removed', tx)
  })
  return had
}

/**
 * Without a factor, recovery codes would open nothing, and sign-ins would claim a second step that cannot be asked for any more.
 */
async function forgetIfLast(deps: FactorsDeps, accountId: string): Promise<void> {
  if (await hasFactor(deps, accountId)) return
  await deps.recoveryCodes.removeAll(deps.db, accountId)
  await deps.signIns.forgetTwoStep(accountId)
}
