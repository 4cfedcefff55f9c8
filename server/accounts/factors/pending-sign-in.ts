import { OnpatientError } from '../../errors.ts'
import { hashSecret, newSecret } from '../../secrets.ts'
import type { Db } from '../../store/store.ts'
import type { Account, PendingSignIn } from '../account.ts'
import type { SecondStepDeps } from './second-step-deps.ts'

const pendingMs = 10 * 60 * 1000

/** Notes that the password was right and that the second step is to come. */
export async function startPending(
  { clock, random }: Pick<SecondStepDeps, 'clock' | 'random'>,
  tx: Db,
  account: Account,
): Promise<PendingSignIn> {
  const now = clock.now().getTime()
  const token = newSecret('psi', random)
  const expiresAt = now + pendingMs
  await tx
    .insertInto('pending_sign_in')
    .values({
      token_hash: hashSecret(token),
      account_id: account.id,
      created_at: now,
      expires_at: expiresAt,
    })
    .execute()
  return { kind: 'pending', token, expiresAt: new Date(expiresAt) }
}

export async function findPending(
  { db, clock, find }: Pick<SecondStepDeps, 'db' | 'clock' | 'find'>,
  pendingToken: string,
): Promise<Account | undefined> {
  // uses the primary key
  const row = await db
    .selectFrom('pending_sign_in')
    .select('account_id')
    .where('token_hash', '=', hashSecret(pendingToken))
    .where('expires_at', '>', clock.now().getTime())
    .executeTakeFirst()
  return row && find(row.account_id)
}

/** Throws `sign-in-required`. */
export async function getPending(
  deps: Pick<SecondStepDeps, 'db' | 'clock' | 'find'>,
  pendingToken: string,
): Promise<Account> {
  const account = await findPending(deps, pendingToken)
  if (!account) throw passwordNeeded()
  return account
}

/**
 * One of two answers at once gets the row. This runs within the caller's transaction: a code is not lost together with it, and the
 * sign-in is there when a change of the password that waits for this row goes on to end sign-ins.
 */
export async function redeemPending(
  { clock }: Pick<SecondStepDeps, 'clock'>,
  tx: Db,
  pendingToken: string,
): Promise<void> {
  const row = await tx
    .deleteFrom('pending_sign_in')
    .where('token_hash', '=', hashSecret(pendingToken))
    .where('expires_at', '>', clock.now().getTime())
    .returning('account_id')
    .executeTakeFirst()
  if (!row) throw passwordNeeded()
}

export async function endPending(tx: Db, accountId: string): Promise<void> {
  // uses pending_sign_in_account
  await tx.deleteFrom('pending_sign_in').where('account_id', '=', accountId).execute()
}

function passwordNeeded(): OnpatientError {
  return new OnpatientError(
    'sign-in-required',
    'The sign-in took too long, or was finished or ended elsewhere. Enter your password again.',
  )
}
