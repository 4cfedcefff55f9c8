import type { Db } from '../../store/store.ts'

/** A database takes so many values in one statement. */
const accountsAtOnce = 500

/** Those of many accounts that have a second step. */
export async function findHolders(db: Db, accountIds: readonly string[]): Promise<Set<string>> {
  const holders = new Set<string>()
  for (let start = 0; start < accountIds.length; start += accountsAtOnce) {
    const some = accountIds.slice(start, start + accountsAtOnce)
    // uses the primary key, and passkey_account
    const rows = await db
      .selectFrom('authenticator_app')
      .select('account_id')
      .where('account_id', 'in', some)
      .where('confirmed_at', 'is not', null)
      .union(db.selectFrom('passkey').select('account_id').where('account_id', 'in', some))
      .execute()
    for (const { account_id } of rows) holders.add(account_id)
  }
  return holders
}
