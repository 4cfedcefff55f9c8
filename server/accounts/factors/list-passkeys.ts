import type { Db } from '../../store/store.ts'
import type { Passkey } from './passkeys-interface.ts'

/** All passkeys of an account. The limit `passkeys` bounds their number when they are made. Uses passkey_account. */
function listRows(db: Db, accountId: string) {
  return db
    .selectFrom('passkey')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

export async function listPasskeys(db: Db, accountId: string): Promise<Passkey[]> {
  return (await listRows(db, accountId)).map(({ id, name, created_at, last_used_at }) => ({
    id,
    name,
    createdAt: new Date(created_at),
    lastUsedAt: last_used_at === null ? undefined : new Date(last_used_at),
  }))
}

/** The passkeys in the form in which WebAuthn names them. */
export async function listDescriptors(
  db: Db,
  accountId: string,
): Promise<Array<{ id: string; transports: string[] }>> {
  const rows = await listRows(db, accountId)
  return rows.map((row) => ({ id: row.credential_id, transports: JSON.parse(row.transports) as string[] }))
}

export async function hasPasskey(db: Db, accountId: string): Promise<boolean> {
  // uses passkey_account
  const row = await db
    .selectFrom('passkey')
    .select('id')
    .where('account_id', '=', accountId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
