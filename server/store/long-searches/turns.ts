import { OnpatientError } from '../../errors.ts'
import type { Limits } from '../../limits.ts'
import type { RequestWork } from '../../request-work.ts'

/** How a long search is stopped before its end. */
export interface Stop {
  /** The most time of a search, in ms. */
  limitMs: number
  /** Calls when nobody waits for the search any more. The returned function ends that. */
  onGone(call: () => void): () => void
}

type Job<Result> = (stop: Stop) => Promise<Result>

interface TurnsOptions {
  /** The number of searches that run at once, for everybody together. */
  atOnce: number
  /** The number of searches of one holder that run or wait. Only one of each holder runs at once. */
  perHolder: number
  /** The most time of one search, in ms. */
  limitMs: number
}

interface Waiting {
  begin(): void
}

interface Queue {
  waiting: Waiting[]
  isRunning: boolean
}

const retryAfterSeconds = 5

export function turnsOf({ longSearches, longSearchesPerToken, searchSeconds }: Limits): Turns {
  return new Turns({
    atOnce: longSearches,
    perHolder: longSearchesPerToken,
    limitMs: searchSeconds * 1000,
  })
}

/**
 * Long searches in turns: few at once, one of each holder at a time, and the holders one after the other. So a holder of many
 * searches waits for them, and the others do not.
 */
export class Turns {
  readonly #options: TurnsOptions
  readonly #queues = new Map<string, Queue>()
  #running = 0

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  /** Throws `too-many-requests` when too many searches of the holder wait, and like the work when its time is over. */
  async run<Result>(work: RequestWork | undefined, job: Job<Result>): Promise<Result> {
    const holder = work?.holder ?? ''
    await this.#wait(holder, work)
    try {
      work?.assertGoesOn()
      const limitMs = Math.min(this.#options.limitMs, work?.remainingMs ?? Number.POSITIVE_INFINITY)
      return await job({ limitMs, onGone: (call) => work?.onGone(call) ?? (() => undefined) })
    } finally {
      this.#end(holder)
    }
  }

  /** Whether a search of the holder runs or waits. */
  isBusy(work: RequestWork | undefined): boolean {
    return work !== undefined && this.#queues.has(work.holder)
  }

  #wait(holder: string, work: RequestWork | undefined): Promise<void> {
    const queue = this.#queues.get(holder) ?? { waiting: [], isRunning: false }
    if (!queue.isRunning && this.#running < this.#options.atOnce) {
      this.#queues.set(holder, queue)
      this.#begin(queue)
      return Promise.resolve()
    }
    if (queue.waiting.length + 1 >= this.#options.perHolder) throw tooMany(this.#options.perHolder)
    this.#queues.set(holder, queue)
    return new Promise((resolve, reject) => {
      const giveUp = (reason: OnpatientError) => {
        stopWaiting()
        queue.waiting = queue.waiting.filter((each) => each !== entry)
        if (!queue.isRunning && queue.waiting.length === 0) this.#queues.delete(holder)
        reject(reason)
      }
      const endWatching = work?.onGone(() =>
        giveUp(new OnpatientError('request-too-long', 'The client has left before the answer was there.')),
      )
      const timer = work && setTimeout(() => giveUp(work.beyondTime()), work.remainingMs)
      const stopWaiting = () => {
        endWatching?.()
        clearTimeout(timer)
      }
      const entry: Waiting = {
        begin: () => {
          stopWaiting()
          resolve()
        },
      }
      queue.waiting.push(entry)
    })
  }

  #begin(queue: Queue): void {
    queue.isRunning = true
    this.#running += 1
  }

  #end(holder: string): void {
    const ended = this.#queues.get(holder)
    this.#running -= 1
    if (ended) {
      ended.isRunning = false
      // The next turn belongs to another holder.
      this.#queues.delete(holder)
      if (ended.waiting.length > 0) this.#queues.set(holder, ended)
    }
    for (const queue of this.#queues.values()) {
      if (this.#running >= this.#options.atOnce) return
      const next = queue.isRunning ? undefined : queue.waiting.shift()
      if (!next) continue
      this.#begin(queue)
      next.begin()
    }
  }
}

function tooMany(most: number): OnpatientError {
  return new OnpatientError(
    'too-many-requests',
    `${most} long searches of this token run or wait already (MAX_LONG_SEARCHES_PER_TOKEN). Wait for their answers, or name a patient, a code or a period.`,
    { retryAfterSeconds },
  )
}
