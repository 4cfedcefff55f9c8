import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { type LimitRow, type Limits, limitRows, type RateName, sayLimit } from '../limits.ts'
import { createQuotas, type Quotas } from './quotas.ts'

/** One thing that a request is counted against. */
export interface Counted {
  limit: RateName
  /** Whose limit it is: an id or a network. */
  subject: string
}

/** Where a request stands, for the headers of its answer. */
export interface Standing {
  limit: RateName
  isRefused: boolean
  remaining: number
  /** Until all of it is there again. */
  resetSeconds: number
}

/** Counts in memory; what other processes and machines count arrives a moment later (share-counts.ts). */
export interface RateLimits {
  /**
   * Counts requests against each limit in turn and stops at the first that is used up, so that what is refused uses up
   * nothing of those after it. Gives where the first stands, or the one that is used up.
   */
  count(counted: readonly Counted[], cost?: number): Standing
  /** As `count`; throws `too-many-requests` when one is used up, after it was given to `tell`. */
  assert(counted: readonly Counted[], tell?: (standing: Standing) => void, cost?: number): void
  /** The header fields that tell where a request stands. */
  fieldsOf(standing: Standing): Record<string, string>
  /** `too-many-requests`, with the words and seconds of a limit that is used up. */
  refusalOf(standing: Standing): OnpatientError
  /** From now on what is counted here is also given to others. */
  shareWith(send: (shared: SharedCount) => void): void
  /** Takes what others have counted; what is no count is ignored. */
  receive(shared: unknown): void
}

/** What one process has counted for a subject since it told last. */
export type SharedCount = readonly [limit: RateName, subject: string, cost: number]

interface RateLimitsDeps {
  limits: Limits
  clock: Pick<Clock, 'ticks'>
}

export function createRateLimits({ limits, clock }: RateLimitsDeps): RateLimits {
  let send: (shared: SharedCount) => void = () => undefined
  const quotas = new Map<string, Quotas>()
  for (const [name, row] of Object.entries<LimitRow>(limitRows))
    if (row.windowSeconds !== undefined) {
      const limit = name as RateName
      quotas.set(
        limit,
        createQuotas({
          quota: limits[limit],
          windowMs: row.windowSeconds * 1000,
          ticks: clock.ticks,
          share: (subject, cost) => send([limit, subject, cost]),
        }),
      )
    }

  const count: RateLimits['count'] = (counted, cost = 1) => {
    let first: Standing | undefined
    for (const { limit, subject } of counted) {
      const taken = quotas.get(limit)?.take(subject, cost)
      if (!taken) continue
      const { isRefused, remaining, fullAfterMs } = taken
      const standing = { limit, isRefused, remaining, resetSeconds: Math.ceil(fullAfterMs / 1000) }
      if (isRefused) return standing
      first ??= standing
    }
    if (!first) throw new Error('a request is counted against one limit at least')
    return first
  }

  return {
    count,
    assert(counted, tell, cost) {
      const standing = count(counted, cost)
      tell?.(standing)
      if (standing.isRefused) throw refusalOf(standing, limits)
    },
    fieldsOf: (standing) => fieldsOf(standing, limits),
    refusalOf: (standing) => refusalOf(standing, limits),
    shareWith(give) {
      send = give
    },
    receive(shared) {
      if (!Array.isArray(shared) || shared.length !== 3) return
      const [limit, subject, cost] = shared as unknown[]
      if (typeof subject !== 'string' || typeof cost !== 'number' || !(cost > 0)) return
      quotas.get(String(limit))?.addTaken(subject, cost)
    },
  }
}

/** RFC 9110 §10.2.3. When a hundredth is there again, and one at least, so that the next request is not the last one for a while. */
function retryAfterSeconds({ limit, resetSeconds }: Standing, limits: Limits): number {
  const { windowSeconds = 1 }: LimitRow = limitRows[limit]
  const part = Math.max(0.01, 1 / limits[limit])
  return Math.max(1, Math.ceil(resetSeconds - windowSeconds * (1 - part)))
}

function refusalOf(standing: Standing, limits: Limits): OnpatientError {
  const seconds = retryAfterSeconds(standing, limits)
  return new OnpatientError(
    'too-many-requests',
    `Too many requests. ${sayLimit(limits, standing.limit)} Wait ${seconds} ${seconds === 1 ? 'second' : 'seconds'}, then go on.`,
    { retryAfterSeconds: seconds },
  )
}

/**
 * The fields RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers §3 and §4): `q` requests in `w`
 * seconds, `r` of them left, all of them after `t` seconds. Only the limit that concerns the caller itself is told: what is
 * left of a practice or an application would tell what others do.
 */
function fieldsOf(standing: Standing, limits: Limits): Record<string, string> {
  const { limit, remaining, resetSeconds } = standing
  const { policy, windowSeconds }: LimitRow = limitRows[limit]
  return {
    'ratelimit-policy': `"${policy}";q=${limits[limit]};w=${windowSeconds}`,
    ratelimit: `"${policy}";r=${remaining};t=${resetSeconds}`,
  }
}

export { isCountMessage, shareCounts } from './share-counts.ts'
