import { AsyncLocalStorage } from 'node:async_hooks'
import { OnpatientError } from './errors.ts'
import { type LimitName, type Limits, sayLimit } from './limits.ts'

interface RequestWorkOptions {
  limits: Limits
  /** Milliseconds that only go forward. */
  ticks(): number
  /** Whether the client has left. */
  isGone(): boolean
  /** Calls when the client leaves; the function that comes back ends that. */
  onGone(call: () => void): () => void
}

/**
 * The work of one request as a whole, also of a Bundle with many entries: how many statements it asks, how many bytes it answers, how
 * long it takes, and for whom. Each statement of the request counts here, so that no interaction can forget it.
 */
export class RequestWork {
  /** Whoever asks, e.g. a grant: long searches of one wait for each other. */
  holder = ''
  /** Whether it is long, so that short work of others goes before its own where they wait for the same thing. */
  isLong = false
  readonly #options: RequestWorkOptions
  readonly #startedAt: number
  #statements = 0
  #bytes = 0

  constructor(options: RequestWorkOptions) {
    this.#options = options
    this.#startedAt = options.ticks()
  }

  /** How long a statement may still take, in ms. Throws like `assertGoesOn`. */
  get remainingMs(): number {
    const { limits, ticks } = this.#options
    return this.#startedAt + limits.requestSeconds * 1000 - ticks()
  }

  /** Counts a statement that is about to be asked. Throws `request-too-costly` and like `assertGoesOn`. */
  countStatement(): void {
    this.#statements += 1
    if (this.#statements > this.#options.limits.requestStatements)
      throw this.#beyond('request-too-costly', 'requestStatements')
    this.assertGoesOn()
  }

  /** Counts a piece of the answer. Throws `request-too-costly`. */
  countBytes(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > this.#options.limits.answerBytes)
      throw this.#beyond('request-too-costly', 'answerBytes')
  }

  /** Throws `request-too-long` when the time is over, or the client has left. */
  assertGoesOn(): void {
    if (this.#options.isGone())
      throw new OnpatientError('request-too-long', 'The client has left before the answer was there.')
    if (this.remainingMs <= 0) throw this.beyondTime()
  }

  /** The error for a request whose time is over. */
  beyondTime(): OnpatientError {
    return this.#beyond('request-too-long', 'requestSeconds')
  }

  get limits(): Limits {
    return this.#options.limits
  }

  onGone(call: () => void): () => void {
    return this.#options.onGone(call)
  }

  #beyond(code: 'request-too-costly' | 'request-too-long', name: LimitName): OnpatientError {
    return new OnpatientError(
      code,
      `${sayLimit(this.#options.limits, name)} Ask for less at once: smaller pages, fewer entries, or one patient.`,
    )
  }
}

const works = new AsyncLocalStorage<RequestWork>()

/** The work of the request that runs now; undefined in commands and at start. */
export function currentWork(): RequestWork | undefined {
  return works.getStore()
}

/** Says who asks, as soon as that is known. */
export function claimWork(holder: string): void {
  const work = works.getStore()
  if (work) work.holder = holder
}

/** Says that the request is long. */
export function giveWay(): void {
  const work = works.getStore()
  if (work) work.isLong = true
}

/** Runs the rest of a request as its work. */
export function runAsWork(work: RequestWork, run: () => void): void {
  works.run(work, run)
}
