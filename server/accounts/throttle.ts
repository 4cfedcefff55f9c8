import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { hashSecret } from '../secrets.ts'
import { writeLazily } from '../store/lazy-writes.ts'
import type { Db } from '../store/store.ts'

const minute = 60_000
const hour = 60 * minute

/** The number of free tries, and how the wait grows after them. */
interface Policy {
  free: number
  firstWaitMs: number
  longestWaitMs: number
  /** After so long without a try, counting starts again. */
  forgottenAfterMs: number
}

/**
 * The kinds of tries that are counted.
 *
 * - A network address that guesses at one account has to wait soon, and only this pair waits.
 * - The limits of a whole address or account are wide. They stop guesses that are spread over many accounts or addresses.
 * - Browsers that were signed in to the account before are counted by themselves, all of an account together, so that no stranger can lock a
 *   person out.
 */
const policies = {
  'account-from-address': {
    free: 5,
    firstWaitMs: 30_000,
    longestWaitMs: 15 * minute,
    forgottenAfterMs: hour,
  },
  'known-device': { free: 10, firstWaitMs: 30_000, longestWaitMs: 15 * minute, forgottenAfterMs: hour },
  address: { free: 100, firstWaitMs: minute, longestWaitMs: 15 * minute, forgottenAfterMs: hour },
  account: { free: 100, firstWaitMs: minute, longestWaitMs: hour, forgottenAfterMs: 24 * hour },
  /** Codes of a second step. The person who tries them knows the password. */
  code: { free: 5, firstWaitMs: 30_000, longestWaitMs: 15 * minute, forgottenAfterMs: hour },
  /** Challenges for passkeys. Each is a row for five minutes. */
  'passkey-from-address': {
    free: 60,
    firstWaitMs: minute,
    longestWaitMs: 15 * minute,
    forgottenAfterMs: hour,
  },
  'mail-to': { free: 5, firstWaitMs: 10 * minute, longestWaitMs: hour, forgottenAfterMs: 2 * hour },
  'mail-from-account': { free: 5, firstWaitMs: 5 * minute, longestWaitMs: hour, forgottenAfterMs: 2 * hour },
  'mail-from-address': { free: 20, firstWaitMs: 5 * minute, longestWaitMs: hour, forgottenAfterMs: 2 * hour },
} as const satisfies Record<string, Policy>

export type Counted = keyof typeof policies

/** One thing to count a try against; `subject` is stored as its hash. */
export interface Counter {
  counted: Counted
  subject: string
}

export interface Throttle {
  /** Counts a try before it is made, so that parallel tries count, too. Throws `too-many-requests`. */
  count(counters: Counter[]): Promise<void>
  /** Takes back a try that was no guess. `transaction`: a transaction of the caller. */
  takeBack(counters: readonly Counter[], transaction?: Db): Promise<void>
}

export function createThrottle(db: Db, clock: Clock): Throttle {
  const now = () => clock.now().getTime()

  /** The time for which one counter makes the caller wait, in ms; 0 when the try may go on. */
  async function countOne(tx: Db, counter: Counter): Promise<number> {
    const policy = policies[counter.counted]
    const key = keyOf(counter)
    const row = await tx
      .insertInto('throttle')
      .values({ key, attempts: 1, blocked_until: 0, expires_at: now() + policy.forgottenAfterMs })
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet((eb) => ({
            attempts: eb
              .case()
              .when('throttle.expires_at', '<=', now())
              .then(1)
              .else(eb('throttle.attempts', '+', 1))
              .end(),
            expires_at: now() + policy.forgottenAfterMs,
          }))
          .where((eb) =>
            eb.or([
              eb('throttle.blocked_until', '<=', now()),
              // The wait began at a time that has not come yet, because the clock was ahead then.
              eb('throttle.expires_at', '>', now() + policy.forgottenAfterMs),
            ]),
          ),
      )
      .returning('attempts')
      .executeTakeFirst()
    if (!row) return waitOf(tx, key)
    if (row.attempts >= policy.free) await block(tx, key, policy, row.attempts)
    return 0
  }

  async function waitOf(tx: Db, key: string): Promise<number> {
    const row = await tx
      .selectFrom('throttle')
      .select('blocked_until')
      .where('key', '=', key)
      .executeTakeFirst()
    return Math.max(1000, (row?.blocked_until ?? 0) - now())
  }

  /** The wait doubles with every try after the free ones. */
  async function block(tx: Db, key: string, policy: Policy, attempts: number): Promise<void> {
    const wait = Math.min(
      policy.firstWaitMs * 2 ** Math.min(attempts - policy.free, 20),
      policy.longestWaitMs,
    )
    await tx
      .updateTable('throttle')
      .set({ blocked_until: now() + wait })
      .where('key', '=', key)
      .execute()
  }

  /** Ends at the first counter that makes the caller wait. */
  async function countAll(tx: Db, counters: readonly Counter[]): Promise<number> {
    for (const counter of counters) {
      const wait = await countOne(tx, counter)
      if (wait > 0) return wait
    }
    return 0
  }

  async function takeBackAll(tx: Db, counters: readonly Counter[]): Promise<void> {
    for (const counter of counters)
      await tx
        .updateTable('throttle')
        .set((eb) => ({ attempts: eb('attempts', '-', 1), blocked_until: 0 }))
        .where('key', '=', keyOf(counter))
        .where('attempts', '>', 0)
        .execute()
  }

  return {
    async count(counters) {
      // One transaction, so that no try comes between counting and blocking. The counts outlive a process that dies. A power cut may
      // lose those of the last moments.
      const wait = await writeLazily(() => db.transaction().execute((tx) => countAll(tx, counters)))
      if (wait > 0) throw tooMany(Math.ceil(wait / 1000))
    },
    async takeBack(counters, transaction) {
      if (transaction) return takeBackAll(transaction, counters)
      return writeLazily(() => db.transaction().execute((tx) => takeBackAll(tx, counters)))
    },
  }
}

function keyOf({ counted, subject }: Counter): string {
  return `${counted}:${hashSecret(subject)}`
}

function tooMany(seconds: number): OnpatientError {
  const wait = seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`
  return new OnpatientError('too-many-requests', `Too many tries. Please wait ${wait} and try again.`, {
    retryAfterSeconds: seconds,
  })
}
