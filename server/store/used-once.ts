import type { Clock } from '../clock.ts'
import { hashSecret } from '../secrets.ts'
import type { Db } from './db.ts'

/**
 * Remembers keys that may be used once: true for the first use within the lifetime, false for every later one, in all processes.
 * One statement decides, so that one of many simultaneous uses wins.
 */
export interface UsedOnce {
  use(key: string, lifetimeSeconds: number): Promise<boolean>
  /** Deletes keys whose lifetime is over. */
  sweep(): Promise<void>
}

export function createUsedOnce({ db, clock }: { db: Db; clock: Clock }): UsedOnce {
  const now = () => clock.now().getTime()
  return {
    async use(key, lifetimeSeconds) {
      // uses the primary key
      const first = await db
        .insertInto('used_once')
        .values({ key_hash: hashSecret(key), expires_at: now() + lifetimeSeconds * 1000 })
        .onConflict((conflict) => conflict.column('key_hash').doNothing())
        .returning('key_hash')
        .executeTakeFirst()
      return first !== undefined
    },
    async sweep() {
      // uses used_once_expiry
      await db.deleteFrom('used_once').where('expires_at', '<=', now()).execute()
    },
  }
}
