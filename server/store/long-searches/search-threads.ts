import { Worker } from 'node:worker_threads'
import { OnpatientError } from '../../errors.ts'
import { storeRetrySeconds } from '../store-failure.ts'
import type { TakenRows } from '../taken-rows.ts'
import { TimeLimitError } from '../time-limit.ts'
import type { Stop } from './turns.ts'

/** The data that a thread starts with. */
export interface ThreadSettings {
  file: string
  /** One number: 1 stops the search that runs. */
  stopped: SharedArrayBuffer
}

export interface ThreadQuestion {
  text: string
  values: readonly unknown[]
  limitMs: number
  mostBytes: number | undefined
}

export type ThreadAnswer =
  | { taken: TakenRows }
  | { isTooLong: true }
  | { failure: { message: string; code: string | undefined } }

/** An unused thread ends after this time, because it holds memory. */
const idleMs = 60_000

/** The most memory for the objects of one thread: the rows of a page, with room to spare. */
const mostMegabytes = 96

/** Threads of this process that run long searches on a SQLite file, so that the process goes on answering. */
export interface SearchThreads {
  /** Throws `TimeLimitError`, `store-unavailable` when the thread has died, and the error of SQLite. */
  run(question: Omit<ThreadQuestion, 'limitMs'>, stop: Stop): Promise<TakenRows>
  close(): Promise<void>
}

/** `script`: the program of a thread. Only tests name another one. */
export function createSearchThreads(
  file: string,
  script: URL = new URL('./search-thread.ts', import.meta.url),
): SearchThreads {
  const idle: SearchThread[] = []
  const all = new Set<SearchThread>()

  function start(): SearchThread {
    const thread = new SearchThread(file, script, () => {
      all.delete(thread)
      const at = idle.indexOf(thread)
      if (at >= 0) idle.splice(at, 1)
    })
    all.add(thread)
    return thread
  }

  return {
    async run(question, stop) {
      const thread = idle.pop() ?? start()
      try {
        return await thread.ask(question, stop)
      } finally {
        if (thread.isAlive) idle.push(thread)
      }
    },
    close: async () => void (await Promise.all([...all].map((each) => each.end()))),
  }
}

class SearchThread {
  isAlive = true
  readonly #worker: Worker
  readonly #stopped = new SharedArrayBuffer(4)
  #waiting: { resolve(answer: ThreadAnswer): void; reject(error: Error): void } | undefined
  #idleTimer: NodeJS.Timeout | undefined

  constructor(file: string, script: URL, onEnd: () => void) {
    const workerData: ThreadSettings = { file, stopped: this.#stopped }
    this.#worker = new Worker(script, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
    })
    this.#worker.unref()
    this.#worker.on('message', (answer: ThreadAnswer) => this.#waiting?.resolve(answer))
    // This includes a thread without memory. It ends soon, and must not be used again.
    this.#worker.on('error', (error) => {
      this.isAlive = false
      this.#waiting?.reject(died(error))
    })
    this.#worker.on('exit', () => {
      this.isAlive = false
      clearTimeout(this.#idleTimer)
      this.#waiting?.reject(died(undefined))
      onEnd()
    })
  }

  async ask(question: Omit<ThreadQuestion, 'limitMs'>, { limitMs, onGone }: Stop): Promise<TakenRows> {
    clearTimeout(this.#idleTimer)
    const isStopped = new Int32Array(this.#stopped)
    Atomics.store(isStopped, 0, 0)
    const endWatching = onGone(() => void Atomics.store(isStopped, 0, 1))
    try {
      const answer = await new Promise<ThreadAnswer>((resolve, reject) => {
        this.#waiting = { resolve, reject }
        this.#worker.postMessage({ ...question, limitMs } satisfies ThreadQuestion)
      })
      return readAnswer(answer, limitMs)
    } finally {
      this.#waiting = undefined
      endWatching()
      this.#idleTimer = setTimeout(() => void this.end(), idleMs).unref()
    }
  }

  async end(): Promise<void> {
    clearTimeout(this.#idleTimer)
    Atomics.store(new Int32Array(this.#stopped), 0, 1)
    await this.#worker.terminate()
  }
}

function readAnswer(answer: ThreadAnswer, limitMs: number): TakenRows {
  if ('taken' in answer) return answer.taken
  if ('isTooLong' in answer) throw new TimeLimitError(`it took more than ${limitMs} ms`)
  const { message, code } = answer.failure
  throw Object.assign(new Error(message), code === undefined ? {} : { code })
}

function died(cause: Error | undefined): OnpatientError {
  return new OnpatientError(
    'store-unavailable',
    'The search was stopped by a fault of the server. Nothing was changed; try again later, or ask for less at once.',
    { retryAfterSeconds: storeRetrySeconds, cause },
  )
}
