import { preparedQuery } from '../store/prepared-query.ts'
import type { Db } from '../store/store.ts'
import type { Account } from './account.ts'
import { toAccount } from './account-row.ts'
import { findByAddress } from './find-by-address.ts'

// uses the primary key
const selectAccount = preparedQuery((db, id: string) =>
  db.selectFrom('account').selectAll().where('id', '=', id).where('closed_at', 'is', null),
)

export async function findAccount(db: Db, accountId: string): Promise<Account | undefined> {
  const [row] = await selectAccount(db, accountId)
  return row && toAccount(row)
}

export async function findByEmail(db: Db, email: string): Promise<Account | undefined> {
  const [row] = await findByAddress(db, email)
  return row && toAccount(row)
}
