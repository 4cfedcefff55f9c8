import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { type LimitRow, type Limits, limitRows, type RateName, sayLimit } from '../limits.ts'
import { createQuotas, type Quotas } from './quotas.ts'
import type { RateLimits, SharedCount, Standing } from './rate-limits-interface.ts'

export type { Counted, RateLimits, Standing } from './rate-limits-interface.ts'

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
 * seconds, `r` of them left, all of them after `t` seconds. Only the limit that concerns the caller itself is reported: what is
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
