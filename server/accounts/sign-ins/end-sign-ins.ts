import type { Db } from '../../store/store.ts'
import type { SignInsDeps } from './sign-ins-deps.ts'

export async function endAllBut(tx: Db, accountId: string, keepSignInId: string | undefined): Promise<void> {
  await tx
    .deleteFrom('sign_in')
    .where('account_id', '=', accountId)
    .where('id', '!=', keepSignInId ?? '')
    .execute()
}

export async function endOtherSignIns(
  { db, devices }: Pick<SignInsDeps, 'db' | 'devices'>,
  { accountId, keepSignInId }: { accountId: string; keepSignInId: string | undefined },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await endAllBut(tx, accountId, keepSignInId)
    await devices.forgetAll(tx, accountId)
  })
}

export async function endSignIn(
  { db }: Pick<SignInsDeps, 'db'>,
  { accountId, signInId }: { accountId: string; signInId: string },
): Promise<void> {
  await db.deleteFrom('sign_in').where('id', '=', signInId).where('account_id', '=', accountId).execute()
}
