import { isShared, normalizeAddress, respell } from '../addresses.ts'
import type { Db } from '../store/store.ts'
import type { AccountRow } from './account-row.ts'

/**
 * The accounts that an address means, the likeliest first. There is one at most, except for accounts from before addresses had one form.
 * The account whose address is spelled as typed comes first, then the account that has the address, then the account that shares it.
 */
export async function findByAddress(db: Db, typed: string): Promise<AccountRow[]> {
  const address = normalizeAddress(typed)
  const spellings = [typed.trim().toLowerCase(), address, respell(address)]
  // uses the unique index on email
  const rows = await db
    .selectFrom('account')
    .selectAll()
    .where('email', 'in', spellings)
    .where('closed_at', 'is', null)
    .execute()
  return rows.toSorted((one, other) => spellings.indexOf(one.email) - spellings.indexOf(other.email))
}

/** Walks all accounts, a thousand at a time, until twenty are found. */
export async function findShared(db: Db): Promise<Array<Pick<AccountRow, 'id' | 'email'>>> {
  const found: Array<Pick<AccountRow, 'id' | 'email'>> = []
  for (let after = ''; found.length < 20; ) {
    const rows = await db
      .selectFrom('account')
      .select(['id', 'email'])
      .where('id', '>', after)
      .where('closed_at', 'is', null)
      .orderBy('id')
      .limit(1000)
      .execute()
    found.push(...rows.filter(({ email }) => isShared(email)))
    const last = rows.at(-1)
    if (!last) break
    after = last.id
  }
  return found.slice(0, 20)
}
