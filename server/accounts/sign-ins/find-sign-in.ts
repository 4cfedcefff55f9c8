import { hashSecret } from '../../secrets.ts'
import type { SignInTable } from '../../store/schema/accounts.ts'
import type { Account, SignIn } from '../account.ts'
import { toAccount } from '../account-row.ts'
import { idleMs, longestMs, type SignInsDeps } from './sign-ins-deps.ts'

type FindDeps = Pick<SignInsDeps, 'db' | 'clock'>

/** `lastSeenAt` is exact to minutes. Writing it at each request would make every page a write. */
const seenEveryMs = 5 * 60 * 1000

export async function findSignIn(
  { db, clock }: FindDeps,
  token: string,
): Promise<{ account: Account; signIn: SignIn } | undefined> {
  const now = clock.now().getTime()
  // uses the unique index on token_hash
  const row = await db
    .selectFrom('sign_in')
    .selectAll()
    .where('token_hash', '=', hashSecret(token))
    .where('expires_at', '>', now)
    .executeTakeFirst()
  if (!row) return undefined
  const account = await db
    .selectFrom('account')
    .selectAll()
    .where('id', '=', row.account_id)
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  // The sign-in may have begun at the moment in which the account was closed.
  if (!account) return undefined
  const isStale = now - row.last_seen_at >= seenEveryMs
  const signIn = isStale ? { ...row, ...(await renew({ db, clock }, row)) } : row
  return { account: toAccount(account), signIn: toSignIn(signIn) }
}

async function renew({ db, clock }: FindDeps, { id, created_at }: SignInTable) {
  const now = clock.now().getTime()
  const renewed = { last_seen_at: now, expires_at: Math.min(now + idleMs, created_at + longestMs) }
  await db.updateTable('sign_in').set(renewed).where('id', '=', id).execute()
  return renewed
}

export async function isSignInOpen({ db, clock }: FindDeps, signInId: string): Promise<boolean> {
  // uses the primary key
  const row = await db
    .selectFrom('sign_in')
    .select('id')
    .where('id', '=', signInId)
    .where('expires_at', '>', clock.now().getTime())
    .executeTakeFirst()
  return row !== undefined
}

/** All of them, because the person must see every browser. Each new sign-in keeps their number within the limit. */
export async function listSignIns({ db, clock }: FindDeps, accountId: string): Promise<SignIn[]> {
  // uses sign_in_account
  const rows = await db
    .selectFrom('sign_in')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('expires_at', '>', clock.now().getTime())
    .orderBy('last_seen_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map(toSignIn)
}

function toSignIn(row: SignInTable): SignIn {
  return {
    id: row.id,
    accountId: row.account_id,
    createdAt: new Date(row.created_at),
    lastSeenAt: new Date(row.last_seen_at),
    expiresAt: new Date(row.expires_at),
    userAgent: row.user_agent,
    address: row.address ?? undefined,
    isTwoStep: row.factor_at !== null,
    provenAt: new Date(row.proven_at),
  }
}
