import type { Clock } from '../../clock.ts'
import { hashSecret, type Random } from '../../secrets.ts'
import type { PasskeyChallengeTable } from '../../store/schema/factors.ts'
import type { Db } from '../../store/store.ts'
import { passkeyRefused } from './passkey-response.ts'

/** The purpose of a challenge. A challenge for another purpose does not count. */
export type PasskeyPurpose = PasskeyChallengeTable['purpose']

/** The browser that asked, by a secret or id that only it has: of a sign-in, of a pending sign-in, or of a cookie. */
export interface Asker {
  purpose: PasskeyPurpose
  browser: string
}

const lifetimeMs = 5 * 60 * 1000

/** Random values that an authenticator signs. They keep an answer from being used twice (WebAuthn Level 3 §13.4.3). */
export interface PasskeyChallenges {
  create(asker: Asker): Promise<string>
  /** Uses a challenge up. Throws `passkey-refused` when it is not of this browser and purpose, or was answered before. */
  redeem(asker: Asker, challenge: string): Promise<void>
}

export function createPasskeyChallenges({
  db,
  clock,
  random,
}: {
  db: Db
  clock: Clock
  random: Random
}): PasskeyChallenges {
  const now = () => clock.now().getTime()
  return {
    async create({ purpose, browser }) {
      const challenge = random.bytes(32).toString('base64url')
      await db
        .insertInto('passkey_challenge')
        .values({
          challenge_hash: hashSecret(challenge),
          purpose,
          browser_hash: hashSecret(browser),
          expires_at: now() + lifetimeMs,
        })
        .execute()
      return challenge
    },
    async redeem({ purpose, browser }, challenge) {
      // One of two answers at once finds the row. Uses the primary key.
      const row = await db
        .deleteFrom('passkey_challenge')
        .where('challenge_hash', '=', hashSecret(challenge))
        .where('purpose', '=', purpose)
        .where('browser_hash', '=', hashSecret(browser))
        .where('expires_at', '>', now())
        .returning('challenge_hash')
        .executeTakeFirst()
      if (!row)
        throw passkeyRefused(
          'The request was answered before, or took more than five minutes. Please try again.',
        )
    },
  }
}
