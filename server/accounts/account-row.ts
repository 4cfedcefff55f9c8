import type { Selectable } from 'kysely'
import { isLanguage } from '#words/languages.ts'
import { OnpatientError } from '../errors.ts'
import type { AccountTable } from '../store/schema/accounts.ts'
import type { Account } from './account.ts'

export type AccountRow = Selectable<AccountTable>

export function toAccount(row: AccountRow): Account {
  return {
    id: row.id,
    email: row.email,
    displayName: row.display_name,
    createdAt: new Date(row.created_at),
    passwordChangedAt: new Date(row.password_changed_at),
    language: isLanguage(row.language) ? row.language : undefined,
  }
}

/** A name as people see it. Throws `invalid-parameter` on the field `displayName`. */
export function checkDisplayName(text: string): string {
  const name = text.trim().replaceAll(/\s+/g, ' ')
  // Invisible characters would make one name look like another one.
  if (name !== '' && name.length <= 100 && !/[\p{Cc}\p{Cf}\p{Co}]/u.test(name)) return name
  throw new OnpatientError('invalid-parameter', 'Enter a name of 1 to 100 visible characters.', {
    field: 'displayName',
  })
}
