/** One write goes on while what comes after it is read and prepared; the next waits for its end. */
export interface WriteQueue {
  /**
   * Begins a write when the one before has ended, and resolves when it has begun. `types`: what of it others may look for.
   * `done` is called with what came of it. Throws what the one before threw.
   */
  add<Result>(
    types: ReadonlySet<string>,
    write: () => Promise<Result>,
    done: (result: Result) => void,
  ): Promise<void>
  /** Calls at once, or when the write that goes on has ended: what is told stays in order. */
  afterwards(tell: () => void): void
  /** Resolves when no records (of this type) are being written. Throws what the write threw. */
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
      const told = waiting
      waiting = []
      for (const tell of told) tell()
    } catch (error) {
      // Told to whoever asks next: nobody waits for this write itself.
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
    afterwards(tell) {
      if (running) waiting.push(tell)
      else tell()
    },
  }
}
