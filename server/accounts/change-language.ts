import type { Language } from '#words/languages.ts'
import { OnpatientError } from '../errors.ts'
import type { Db } from '../store/store.ts'
import type { Account } from './account.ts'
import { toAccount } from './account-row.ts'

export async function changeLanguage(
  db: Db,
  accountId: string,
  language: Language | undefined,
): Promise<Account> {
  const row = await db
    .updateTable('account')
    .set({ language: language ?? null })
    .where('id', '=', accountId)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw new OnpatientError('not-found', 'There is no such account.')
  return toAccount(row)
}
