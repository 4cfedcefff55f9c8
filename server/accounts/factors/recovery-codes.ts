import type { Clock } from '../../clock.ts'
import { hashSecret, type Random } from '../../secrets.ts'
import type { Db } from '../../store/store.ts'

/** No letters that look like digits (Crockford's base 32): the codes are written down by hand. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const codeCount = 10
/** 80 bits are too many to try against stolen hashes, so SHA-256 is enough. */
const codeLength = 16

/** Codes on paper for when the second step is lost. Each works once. */
export interface RecoveryCodes {
  /** Replaces all earlier codes, and returns the new ones in clear this one time. Runs within the caller's transaction. */
  renew(tx: Db, accountId: string): Promise<string[]>
  /** The number of unused codes; undefined when none were ever made. */
  countLeft(tx: Db, accountId: string): Promise<number | undefined>
  /** Uses a code up. False when it is no unused code. Runs within the caller's transaction. */
  take(tx: Db, accountId: string, typed: string): Promise<boolean>
  removeAll(tx: Db, accountId: string): Promise<void>
}

export function createRecoveryCodes({ clock, random }: { clock: Clock; random: Random }): RecoveryCodes {
  const now = () => clock.now().getTime()

  // Every statement uses the primary key, which begins with the account.
  const removeAll: RecoveryCodes['removeAll'] = async (tx, accountId) => {
    await tx.deleteFrom('recovery_code').where('account_id', '=', accountId).execute()
  }

  return {
    removeAll,
    async renew(tx, accountId) {
      const codes = Array.from({ length: codeCount }, () => makeCode(random))
      await removeAll(tx, accountId)
      await tx
        .insertInto('recovery_code')
        .values(
          codes.map((code) => ({
            account_id: accountId,
            code_hash: hashCode(accountId, code),
            created_at: now(),
            used_at: null,
          })),
        )
        .execute()
      return codes
    },
    async countLeft(tx, accountId) {
      const rows = await tx
        .selectFrom('recovery_code')
        .select('used_at')
        .where('account_id', '=', accountId)
        .execute()
      return rows.length === 0 ? undefined : rows.filter(({ used_at }) => used_at === null).length
    },
    async take(tx, accountId, typed) {
      const taken = await tx
        .updateTable('recovery_code')
        .set({ used_at: now() })
        .where('account_id', '=', accountId)
        .where('code_hash', '=', hashCode(accountId, typed))
        .where('used_at', 'is', null)
        .returning('code_hash')
        .executeTakeFirst()
      return taken !== undefined
    },
  }
}

/** Four groups of four, e.g. `7g3k-m0qz-…`. */
function makeCode(random: Random): string {
  // 256 is a multiple of 32: every letter is as likely as any other.
  const letters = [...random.bytes(codeLength)].map((byte) => alphabet[byte % alphabet.length])
  return letters.join('').replaceAll(/(.{4})(?!$)/g, '$1-')
}

/** Accepts any case, with or without dashes, and the letters that Crockford's base 32 reads as digits. */
function hashCode(accountId: string, typed: string): string {
  const plain = typed
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .replaceAll(/[il]/g, '1')
    .replaceAll('o', '0')
  return hashSecret(`${accountId} ${plain}`)
}
