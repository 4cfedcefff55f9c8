import { OnpatientError } from '../errors.ts'
import type { Db } from '../store/store.ts'
import type { Account } from './account.ts'
import { checkDisplayName, toAccount } from './account-row.ts'

export async function changeDisplayName(
  { db, onProfileChanged }: { db: Db; onProfileChanged?: ((accountId: string) => Promise<void>) | undefined },
  { accountId, displayName }: { accountId: string; displayName: string },
): Promise<Account> {
  const row = await db
    .updateTable('account')
    .set({ display_name: checkDisplayName(displayName) })
    .where('id', '=', accountId)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw new OnpatientError('not-found', 'There is no such account.')
  await onProfileChanged?.(accountId)
  return toAccount(row)
}
