import type { Db } from '../../store/store.ts'
import type { Account, SignIn } from '../account.ts'
import { accountMails, type FactorChange } from '../mails.ts'
import type { FactorsDeps } from './factors-deps.ts'

export async function hasFactor(
  { passkeys, apps }: Pick<FactorsDeps, 'passkeys' | 'apps'>,
  accountId: string,
): Promise<boolean> {
  return (await passkeys.has(accountId)) || (await apps.find(accountId)) !== undefined
}

/** Mails the account that its factors have changed. */
export function sendNotice(
  { db, mailer, portalUrl }: Pick<FactorsDeps, 'db' | 'mailer' | 'portalUrl'>,
  { email }: Account,
  change: FactorChange,
  tx: Db = db,
): Promise<void> {
  return mailer.send(accountMails.factorsChanged(email, portalUrl, change), tx)
}

/**
 * Adds a factor in this sign-in, which then counts as a sign-in with a second step. Returns recovery codes when it is the first factor.
 */
export async function addFactor(
  deps: FactorsDeps,
  {
    account,
    signIn,
    change,
    insert,
  }: { account: Account; signIn: SignIn; change: FactorChange; insert: (tx: Db) => Promise<void> },
): Promise<string[] | undefined> {
  const { db, signIns, recoveryCodes } = deps
  const hadOne = await hasFactor(deps, account.id)
  return db.transaction().execute(async (tx) => {
    await insert(tx)
    await sendNotice(deps, account, change, tx)
    await signIns.markTwoStep(tx, signIn.id)
    if (hadOne) return undefined
    await signIns.endAllBut(tx, account.id, signIn.id)
    return recoveryCodes.renew(tx, account.id)
  })
}
