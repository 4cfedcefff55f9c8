import type { Clock } from '../clock.ts'
import type { Application } from './application.ts'
import { type FetchedKeys, type FetchLimits, fetchKeySet, KeyFetchError } from './fetch-key-set.ts'
import { type PublicKey, type SortedKeys, sortKeys } from './key-set.ts'

/** The public keys by which applications sign. */
export interface KeySets {
  /**
   * The keys of an application with this key id; empty when it has none. Fetched keys are kept for as long as their Cache-Control says,
   * an hour at most. Throws `KeyFetchError` when the keys cannot be fetched, or when the key with this id cannot be used.
   */
  find(application: Pick<Application, 'jwks' | 'jwksUri'>, kid: string): Promise<PublicKey[]>
}

interface KeySetsDeps extends FetchLimits {
  clock: Clock
}

/** For an answer without Cache-Control. */
const usualMs = 5 * 60 * 1000
const longestMs = 60 * 60 * 1000
/** No address is asked more often, neither for made-up key ids nor while it fails. */
const floorMs = 60 * 1000
const mostKept = 1000

interface Kept extends SortedKeys {
  freshUntil: number
  /** Until then the keys count while their server is down. */
  usableUntil: number
  triedAt: number
  failure: KeyFetchError | undefined
  pending: Promise<void> | undefined
}

export function createKeySets({ clock, ...limits }: KeySetsDeps): KeySets {
  const kept = new Map<string, Kept>()
  const now = () => clock.now().getTime()

  function entryOf(uri: string): Kept {
    const known = kept.get(uri)
    if (known) return known
    const [oldest] = kept.keys()
    if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest)
    const entry: Kept = {
      keys: [],
      faults: new Map(),
      freshUntil: 0,
      usableUntil: 0,
      triedAt: Number.NEGATIVE_INFINITY,
      failure: undefined,
      pending: undefined,
    }
    kept.set(uri, entry)
    return entry
  }

  async function refetch(uri: string, entry: Kept): Promise<void> {
    entry.triedAt = now()
    try {
      keep(entry, await fetchKeySet(uri, limits), now())
    } catch (error) {
      if (!(error instanceof KeyFetchError)) throw error
      entry.failure = error
    } finally {
      entry.pending = undefined
    }
  }

  async function fetched(uri: string, kid: string): Promise<PublicKey[]> {
    const entry = entryOf(uri)
    const has = () => entry.keys.filter((key) => key.kid === kid)
    const isEnough = entry.freshUntil > now() && has().length > 0
    if (!isEnough && (entry.pending || now() - entry.triedAt >= floorMs)) {
      // All who wait share one request.
      entry.pending ??= refetch(uri, entry)
      await entry.pending
    }
    if (entry.usableUntil > now()) return pick(entry, kid)
    throw entry.failure ?? new KeyFetchError('jwks_uri could not be fetched.')
  }

  return {
    async find({ jwks, jwksUri }, kid) {
      if (jwksUri !== undefined) return fetched(jwksUri, kid)
      const sorted = jwks && sortKeys(jwks)
      return sorted ? pick(sorted, kid) : []
    },
  }
}

/** A set may have a sound key and one for another use under the same id. */
function pick({ keys, faults }: SortedKeys, kid: string): PublicKey[] {
  const found = keys.filter((key) => key.kid === kid)
  const fault = faults.get(kid)
  if (found.length > 0 || fault === undefined) return found
  throw new KeyFetchError(`The key ${JSON.stringify(kid.slice(0, 200))} of the application ${fault}`)
}

/**
 * SMART App Launch 2.2, client authentication: asymmetric: keys are kept no longer than Cache-Control says, except for the minute in which
 * an address is not asked again. Without that header the last keys count for an hour, so that a server that is down for a moment does not
 * lock its application out.
 */
function keep(entry: Kept, { keys, faults, maxAgeSeconds }: FetchedKeys, now: number): void {
  const asked = maxAgeSeconds === undefined ? undefined : Math.min(maxAgeSeconds * 1000, longestMs)
  Object.assign(entry, {
    keys,
    faults,
    freshUntil: now + (asked ?? usualMs),
    usableUntil: now + Math.max(asked ?? longestMs, floorMs),
    failure: undefined,
  })
}
