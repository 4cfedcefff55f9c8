/**
 * A quota for each subject that refills evenly (a token bucket): all of it may be used at once, and comes back over its
 * window. Time is what only goes forward, so that a clock that is set wrong locks nobody out.
 */
export interface Quotas {
  /** Counts `cost` when at least one is left; else counts nothing. A cost beyond what is left is owed. */
  take(subject: string, cost: number): Taken
  /** Counts what was taken elsewhere. */
  addTaken(subject: string, cost: number): void
}

export interface Taken {
  isRefused: boolean
  remaining: number
  /** Until the whole quota is there again, in ms. */
  fullAfterMs: number
}

interface QuotasOptions {
  quota: number
  windowMs: number
  /** In ms, only going forward. */
  ticks(): number
  /** What was taken here and nobody else knows yet. */
  share(subject: string, cost: number): void
}

interface Account {
  /** How much is used, at the time `at`. */
  used: number
  at: number
  unshared: number
}

/** About 200 bytes each. With more subjects at a time the oldest begin anew. */
const mostSubjects = 20_000

/** What is used of a quota may be unknown to the other processes up to this part of it. */
const unsharedPart = 0.01

export function createQuotas({ quota, windowMs, ticks, share }: QuotasOptions): Quotas {
  const accounts = new Map<string, Account>()
  const shareFrom = Math.max(1, Math.floor(quota * unsharedPart))

  function find(subject: string): Account {
    const now = ticks()
    const known = accounts.get(subject)
    if (known) {
      const passed = Math.max(0, now - known.at)
      known.used = Math.max(0, known.used - (passed * quota) / windowMs)
      known.at = now
      return known
    }
    if (accounts.size >= mostSubjects) forgetOne()
    const fresh = { used: 0, at: now, unshared: 0 }
    accounts.set(subject, fresh)
    return fresh
  }

  function forgetOne(): void {
    const [oldest] = accounts.keys()
    if (oldest !== undefined) accounts.delete(oldest)
  }

  return {
    take(subject, cost) {
      const account = find(subject)
      const isRefused = account.used > quota - 1
      if (!isRefused) {
        account.used += cost
        account.unshared += cost
        if (account.unshared >= shareFrom) {
          share(subject, account.unshared)
          account.unshared = 0
        }
      }
      return {
        isRefused,
        remaining: Math.max(0, Math.floor(quota - account.used)),
        fullAfterMs: (account.used * windowMs) / quota,
      }
    },
    addTaken(subject, cost) {
      const account = find(subject)
      // Several processes can have let it in at the same moment; nobody waits longer than two windows for it.
      account.used = Math.min(account.used + cost, 2 * quota)
    },
  }
}
