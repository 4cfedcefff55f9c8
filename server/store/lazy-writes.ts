import { AsyncLocalStorage } from 'node:async_hooks'

const lazy = new AsyncLocalStorage<true>()

/**
 * Writes without waiting for the disk. For counters and the like, whose last moments a power cut may take. A killed process loses
 * none of them. PostgreSQL waits nevertheless.
 */
export function writeLazily<Result>(work: () => Promise<Result>): Promise<Result> {
  return lazy.run(true, work)
}

export function isLazy(): boolean {
  return lazy.getStore() === true
}
