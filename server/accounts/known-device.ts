import type { Clock } from '../clock.ts'
import { hashSecret, newSecret, type Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'

const day = 24 * 3600 * 1000

/** Browsers keep a cookie for so long at most. */
export const knownDeviceMs = 400 * day

/** Each sign-in makes a mark. The oldest marks beyond this number are deleted. */
const mostPerAccount = 20

/** Marks of browsers in which an account was signed in. A mark gives no access. It only keeps guesses of strangers apart. */
export interface KnownDevices {
  /** Makes a mark for a browser of the account: a random value of which the hash is stored. Runs within the caller's transaction. */
  mark(tx: Db, accountId: string): Promise<string>
  isOf(mark: string, accountId: string): Promise<boolean>
  /** For a new password or address, and for "sign out everywhere". Runs within the caller's transaction. */
  forgetAll(tx: Db, accountId: string): Promise<void>
}

export function createKnownDevices({
  db,
  clock,
  random,
}: {
  db: Db
  clock: Clock
  random: Random
}): KnownDevices {
  const now = () => clock.now().getTime()
  return {
    async mark(tx, accountId) {
      const mark = newSecret('dev', random)
      await tx
        .insertInto('known_device')
        .values({
          mark_hash: hashSecret(mark),
          account_id: accountId,
          created_at: now(),
          expires_at: now() + knownDeviceMs,
        })
        .execute()
      // uses known_device_account
      const older = await tx
        .selectFrom('known_device')
        .select('mark_hash')
        .where('account_id', '=', accountId)
        .orderBy('created_at', 'desc')
        .limit(2 * mostPerAccount)
        .offset(mostPerAccount)
        .execute()
      const gone = older.map(({ mark_hash }) => mark_hash)
      if (gone.length > 0) await tx.deleteFrom('known_device').where('mark_hash', 'in', gone).execute()
      return mark
    },
    async isOf(mark, accountId) {
      // uses the primary key
      const row = await db
        .selectFrom('known_device')
        .select('account_id')
        .where('mark_hash', '=', hashSecret(mark))
        .where('account_id', '=', accountId)
        .where('expires_at', '>', now())
        .executeTakeFirst()
      return row !== undefined
    },
    async forgetAll(tx, accountId) {
      await tx.deleteFrom('known_device').where('account_id', '=', accountId).execute()
    },
  }
}
