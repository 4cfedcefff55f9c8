import type { Database } from 'better-sqlite3'

/** The SQL function that `isInTime` calls. */
export const timeLimitFunction = 'is_in_time'

/** A statement was stopped: it looked at rows for longer than it may, or nobody waits for it any more. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError'
}

/**
 * Runs a statement of a connection for at most so many ms, where it calls `is_in_time`. The connection runs nothing else
 * meanwhile.
 */
export type TimeLimit = <Result>(limitMs: number, run: () => Result) => Result

/**
 * SQLite runs a statement to its end, and nothing else of this thread runs meanwhile. So statements that may look at many rows
 * call a function for each, which stops them. Connections without a limit need the function, too.
 */
export function setTimeLimit(database: Database, isStopped: () => boolean = () => false): TimeLimit {
  let limit = Number.POSITIVE_INFINITY
  let deadline = Number.POSITIVE_INFINITY
  let usedBefore: number | undefined

  /** On a busy machine time passes while others have the processor. So the time that this thread has worked counts, too. */
  function isOver(now: number): boolean {
    if (now <= deadline) return false
    const { user, system } = process.threadCpuUsage()
    const used = (user + system) / 1000
    const hasWorked = usedBefore !== undefined && used - usedBefore >= limit / 4
    usedBefore = used
    deadline = now + limit / 2
    return hasWorked
  }

  database.function(timeLimitFunction, { deterministic: false }, (_row: unknown) => {
    if (isOver(performance.now()) || isStopped()) throw new TimeLimitError(`it took more than ${limit} ms`)
    return 1
  })
  return (limitMs, run) => {
    limit = limitMs
    // The first check of the processor's time comes at half of the limit, and the next one after as long again.
    deadline = performance.now() + limitMs / 2
    usedBefore = undefined
    const end = () => {
      deadline = Number.POSITIVE_INFINITY
    }
    let isPending = false
    try {
      const result = run()
      isPending = result instanceof Promise
      if (result instanceof Promise) void result.finally(end).catch(() => undefined)
      return result
    } finally {
      if (!isPending) end()
    }
  }
}
