import type { OnpatientError } from '../errors.ts'
import type { RateName } from '../limits.ts'

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

/** What one process has counted for a subject since it last reported to the others. */
export type SharedCount = readonly [limit: RateName, subject: string, cost: number]
