import { hashSecret, newId, newSecret } from '../../secrets.ts'
import type { Db } from '../../store/store.ts'
import type { Account, NewSignIn, Visitor } from '../account.ts'
import { idleMs, longestMs, type SignInsDeps } from './sign-ins-deps.ts'

export async function startSignIn(
  deps: SignInsDeps,
  {
    account,
    visitor,
    isTwoStep,
    transaction,
  }: { account: Account; visitor: Visitor; isTwoStep: boolean; transaction: Db },
): Promise<NewSignIn> {
  const now = deps.clock.now().getTime()
  const id = newId('sig', deps.random)
  const token = newSecret('si', deps.random)
  await transaction
    .insertInto('sign_in')
    .values({
      id,
      token_hash: hashSecret(token),
      account_id: account.id,
      created_at: now,
      last_seen_at: now,
      expires_at: now + idleMs,
      user_agent: visitor.userAgent.slice(0, 300),
      address: visitor.ip,
      factor_at: isTwoStep ? now : null,
      proven_at: now,
    })
    .execute()
  await endOldest(transaction, { accountId: account.id, newest: id, most: deps.most })
  return {
    kind: 'signed-in',
    account,
    isTwoStep,
    token,
    // The cookie may outlive an idle sign-in. The server decides whether the sign-in still counts.
    expiresAt: new Date(now + longestMs),
    deviceToken: await deps.devices.mark(transaction, account.id),
  }
}

/** Ends the sign-ins beyond the limit that were used least recently. */
async function endOldest(
  transaction: Db,
  { accountId, newest, most }: { accountId: string; newest: string; most: number },
): Promise<void> {
  // uses sign_in_account
  const old = await transaction
    .selectFrom('sign_in')
    .select('id')
    .where('account_id', '=', accountId)
    .where('id', '!=', newest)
    .orderBy('last_seen_at', 'desc')
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .offset(most - 1)
    .limit(most)
    .execute()
  if (old.length === 0) return
  const ids = old.map(({ id }) => id)
  await transaction.deleteFrom('sign_in').where('id', 'in', ids).execute()
}
