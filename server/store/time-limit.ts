import type { Database } from 'better-sqlite3'

/** The SQL function that `isInTime` calls. */
export const timeLimitFunction = 'is_in_time'

/** A statement was stopped: it looked at rows for longer than it may. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError'
}

/** Runs statements of a connection, each no longer than the limit where it calls `is_in_time`. */
export type TimeLimit = <Result>(run: () => Result) => Result

/**
 * SQLite runs a statement to its end, and nothing else of this process runs meanwhile. So statements that may look at many rows
 * call a function for each, which stops them. Connections without a limit need the function, too.
 */
export function setTimeLimit(database: Database, limitMs: number): TimeLimit {
  let deadline = Number.POSITIVE_INFINITY
  database.function(timeLimitFunction, { deterministic: false }, (_row: unknown) => {
    if (performance.now() > deadline) throw new TimeLimitError(`it took more than ${limitMs} ms`)
    return 1
  })
  return (run) => {
    deadline = performance.now() + limitMs
    try {
      return run()
    } finally {
      deadline = Number.POSITIVE_INFINITY
    }
  }
}
