import { checkAddress } from '../addresses.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { newId, type Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import type { Account } from './account.ts'
import { checkDisplayName, toAccount } from './account-row.ts'
import { checkNewPassword, type Passwords } from './passwords.ts'

interface CreateDeps {
  db: Db
  clock: Clock
  random: Random
  passwords: Passwords
}

export async function createAccount(
  deps: CreateDeps,
  { email: typed, password, displayName: name }: { email: string; password: string; displayName: string },
): Promise<Account> {
  const email = checkAddress(typed, 'email')
  const displayName = checkDisplayName(name)
  checkNewPassword(password, email)
  const passwordHash = await deps.passwords.hash(password)
  const account = await insertAccount(deps, deps.db, { email, displayName, passwordHash })
  if (account) return account
  throw new OnpatientError('email-taken', 'Another account uses this e-mail address.', { field: 'email' })
}

/** Undefined when the address is taken. The unique column decides it, and not a look before. */
export async function insertAccount(
  { clock, random }: Pick<CreateDeps, 'clock' | 'random'>,
  tx: Db,
  { email, displayName, passwordHash }: { email: string; displayName: string; passwordHash: string },
): Promise<Account | undefined> {
  const now = clock.now().getTime()
  const row = await tx
    .insertInto('account')
    .values({
      id: newId('acc', random),
      email,
      display_name: displayName,
      password_hash: passwordHash,
      created_at: now,
      password_changed_at: now,
    })
    .onConflict((conflict) => conflict.column('email').doNothing())
    .returningAll()
    .executeTakeFirst()
  return row && toAccount(row)
}
