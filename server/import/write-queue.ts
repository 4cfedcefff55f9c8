/** One write goes on while the next one is read and prepared. The next one waits for its end. */
export interface WriteQueue {
  /**
   * Begins a write when the one before has ended, and resolves when it has begun. `types`: the types of its records, which others
   * may look up. `done` is called with the result. Throws the error of the write before.
   */
  add<Result>(
    types: ReadonlySet<string>,
    write: () => Promise<Result>,
    done: (result: Result) => void,
  ): Promise<void>
  /** Calls at once, or when the present write has ended, so that reports stay in order. */
  afterwards(call: () => void): void
  /** Resolves when no records (of this type) are being written. Throws the error of the write. */
  settled(type?: string): Promise<void>
}

export function createWriteQueue(): WriteQueue {
  let running: Promise<void> | undefined
  let runningTypes: ReadonlySet<string> = new Set()
  let failure: { error: unknown } | undefined
  let waiting: Array<() => void> = []

  async function settled(type?: string): Promise<void> {
    if (type === undefined || runningTypes.has(type)) await running
    if (failure) throw failure.error
  }

  async function run<Result>(write: () => Promise<Result>, done: (result: Result) => void): Promise<void> {
    try {
      const result = await write()
      running = undefined
      runningTypes = new Set()
      done(result)
      const calls = waiting
      waiting = []
      for (const call of calls) call()
    } catch (error) {
      // The next caller gets the error, because nobody waits for this write itself.
      failure = { error }
    }
  }

  return {
    settled,
    async add(types, write, done) {
      await settled()
      runningTypes = types
      running = run(write, done)
    },
    afterwards(call) {
      if (running) waiting.push(call)
      else call()
    },
  }
}
