import type { Clock } from '../clock.ts'
import { hashSecret, newId, newSecret, type Random } from '../secrets.ts'
import type { SignInTable } from '../store/schema/accounts.ts'
import type { Db } from '../store/store.ts'
import type { Account, NewSignIn, SignIn, Visitor } from './account.ts'
import { toAccount } from './account-row.ts'
import type { Accounts } from './accounts-interface.ts'
import type { KnownDevices } from './known-device.ts'

const day = 24 * 3600 * 1000

/** Unused for so long, a browser is signed out; and whatever happens after so long since the password was given. */
const idleMs = 30 * day
const longestMs = 90 * day

/** `lastSeenAt` is a matter of minutes: writing it at each request would make every page a write. */
const seenEveryMs = 5 * 60 * 1000

interface SignInsDeps {
  db: Db
  clock: Clock
  random: Random
  devices: KnownDevices
  /** In how many browsers an account may be signed in. */
  most: number
}

type Implemented = Pick<
  Accounts,
  'findSignIn' | 'isSignInOpen' | 'listSignIns' | 'endSignIn' | 'endOtherSignIns'
>

export interface SignIns extends Implemented {
  /** `isTwoStep`: whether more than the password was given; `transaction`: a transaction of the caller. */
  start(
    account: Account,
    visitor: Visitor,
    strength: { isTwoStep: boolean },
    transaction?: Db,
  ): Promise<NewSignIn>
  /** The person has proven in it again who they are. */
  markProven(signInId: string): Promise<void>
  /** A factor was used or set up in it. Within the caller's transaction. */
  markTwoStep(tx: Db, signInId: string): Promise<void>
  /** After the last factor is gone. */
  forgetTwoStep(accountId: string): Promise<void>
  /** Within the caller's transaction. */
  endAllBut(tx: Db, accountId: string, keepSignInId: string | undefined): Promise<void>
}

export function createSignIns({ db, clock, random, devices, most }: SignInsDeps): SignIns {
  const now = () => clock.now().getTime()

  async function renew(row: SignInTable): Promise<number> {
    const expiresAt = Math.min(now() + idleMs, row.created_at + longestMs)
    await db
      .updateTable('sign_in')
      .set({ last_seen_at: now(), expires_at: expiresAt })
      .where('id', '=', row.id)
      .execute()
    return expiresAt
  }

  /** Those beyond the limit that were used least recently. */
  async function endOldest(transaction: Db, accountId: string, newest: string): Promise<void> {
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
    await transaction
      .deleteFrom('sign_in')
      .where(
        'id',
        'in',
        old.map(({ id }) => id),
      )
      .execute()
  }

  const endAllBut: SignIns['endAllBut'] = async (tx, accountId, keepSignInId) => {
    await tx
      .deleteFrom('sign_in')
      .where('account_id', '=', accountId)
      .where('id', '!=', keepSignInId ?? '')
      .execute()
  }

  return {
    endAllBut,
    endOtherSignIns: (accountId, keepSignInId) =>
      db.transaction().execute(async (tx) => {
        await endAllBut(tx, accountId, keepSignInId)
        await devices.forgetAll(tx, accountId)
      }),
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
    async start(account, visitor, { isTwoStep }, transaction = db) {
      const id = newId('sig', random)
      const token = newSecret('si', random)
      const expiresAt = now() + idleMs
      await transaction
        .insertInto('sign_in')
        .values({
          id,
          token_hash: hashSecret(token),
          account_id: account.id,
          created_at: now(),
          last_seen_at: now(),
          expires_at: expiresAt,
          user_agent: visitor.userAgent.slice(0, 300),
          address: visitor.ip,
          factor_at: isTwoStep ? now() : null,
          proven_at: now(),
        })
        .execute()
      await endOldest(transaction, account.id, id)
      // The cookie may outlive an idle sign-in: whether it still counts is decided here.
      return {
        kind: 'signed-in',
        account,
        isTwoStep,
        token,
        expiresAt: new Date(now() + longestMs),
        deviceToken: await devices.mark(transaction, account.id),
      }
    },
    async findSignIn(token) {
      // uses the unique index on token_hash
      const row = await db
        .selectFrom('sign_in')
        .selectAll()
        .where('token_hash', '=', hashSecret(token))
        .where('expires_at', '>', now())
        .executeTakeFirst()
      if (!row) return undefined
      const account = await db
        .selectFrom('account')
        .selectAll()
        .where('id', '=', row.account_id)
        .where('closed_at', 'is', null)
        .executeTakeFirst()
      // Begun in the very moment in which the account was closed.
      if (!account) return undefined
      const isStale = now() - row.last_seen_at >= seenEveryMs
      const expiresAt = isStale ? await renew(row) : row.expires_at
      const lastSeenAt = isStale ? now() : row.last_seen_at
      return {
        account: toAccount(account),
        signIn: toSignIn({ ...row, expires_at: expiresAt, last_seen_at: lastSeenAt }),
      }
    },
    async isSignInOpen(signInId) {
      // uses the primary key
      const row = await db
        .selectFrom('sign_in')
        .select('id')
        .where('id', '=', signInId)
        .where('expires_at', '>', now())
        .executeTakeFirst()
      return row !== undefined
    },
    async listSignIns(accountId) {
      // uses sign_in_account
      const rows = await db
        .selectFrom('sign_in')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('expires_at', '>', now())
        .orderBy('last_seen_at', 'desc')
        .orderBy('id')
        .execute()
      return rows.map(toSignIn)
    },
    async endSignIn(accountId, signInId) {
      await db.deleteFrom('sign_in').where('id', '=', signInId).where('account_id', '=', accountId).execute()
    },
  }
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
