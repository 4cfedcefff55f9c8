import { assertRoom } from '../assert-room.ts'
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'
import { hashSecret, newSecret, type Random, sameHash } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import { inTransaction } from '../store/transaction.ts'

/** The tokens of dynamic registration. Each is shown once and stored as its hash. */
export interface RegistrationTokens {
  /** Lets its holder register applications that belong to this account, until it expires (RFC 7591 §3). Throws `limit-reached`. */
  issueInitial(ownerAccountId: string, lifetimeSeconds: number): Promise<string>
  /** The account for which a token registers; undefined when it is unknown or expired. */
  findOwner(initialToken: string): Promise<string | undefined>
  /** Lets an application manage its own registration (RFC 7592). The token before it ends. */
  issueFor(applicationId: string): Promise<string>
  isTokenOf(applicationId: string, token: string): Promise<boolean>
}

export function createRegistrationTokens({
  db,
  clock,
  random,
  limits,
}: {
  db: Db
  clock: Clock
  random: Random
  limits: Limits
}): RegistrationTokens {
  const now = () => clock.now().getTime()
  return {
    async issueInitial(ownerAccountId, lifetimeSeconds) {
      const token = newSecret('irt', random)
      await inTransaction(db, async (trx) => {
        const { count } = await trx
          .selectFrom('registration_token')
          .select((eb) => eb.fn.countAll<number>().as('count'))
          .where('owner_account_id', '=', ownerAccountId)
          .where('expires_at', '>', now())
          .executeTakeFirstOrThrow()
        assertRoom(limits, 'registrationTokens', {
          owned: Number(count),
          advice: 'Use one of these, or wait until one has expired.',
        })
        await trx
          .insertInto('registration_token')
          .values({
            token_hash: hashSecret(token),
            owner_account_id: ownerAccountId,
            created_at: now(),
            expires_at: now() + lifetimeSeconds * 1000,
          })
          .execute()
      })
      return token
    },
    async findOwner(initialToken) {
      // uses the primary key
      const row = await db
        .selectFrom('registration_token')
        .select('owner_account_id')
        .where('token_hash', '=', hashSecret(initialToken))
        .where('expires_at', '>', now())
        .executeTakeFirst()
      return row?.owner_account_id
    },
    async issueFor(applicationId) {
      const token = newSecret('rat', random)
      await db
        .updateTable('application')
        .set({ registration_token_hash: hashSecret(token) })
        .where('id', '=', applicationId)
        .execute()
      return token
    },
    async isTokenOf(applicationId, token) {
      const row = await db
        .selectFrom('application')
        .select('registration_token_hash')
        .where('id', '=', applicationId)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      return sameHash(row?.registration_token_hash ?? '', hashSecret(token))
    },
  }
}
