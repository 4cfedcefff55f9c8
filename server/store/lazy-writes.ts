import { AsyncLocalStorage } from 'node:async_hooks'

const lazy = new AsyncLocalStorage<true>()

/**
 * Writes without waiting until the disk has what was written: for counters and the like, of which a power cut may take the last moments. A process that
 * is killed loses none of it. PostgreSQL waits all the same.
 */
export function writeLazily<Result>(work: () => Promise<Result>): Promise<Result> {
  return lazy.run(true, work)
}

export function isLazy(): boolean {
  return lazy.getStore() === true
}
