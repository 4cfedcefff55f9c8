/** After so many short pieces of work a long one has its turn. */
const mostShort = 20

/** Lends one thing to one at a time, in the order in which they ask; short work goes before long work. */
export class Lock {
  #isTaken = false
  readonly #short: Array<() => void> = []
  readonly #long: Array<() => void> = []
  /** The number of short pieces of work that have passed a waiting long one. */
  #passed = 0

  async take({ isLong }: { isLong: boolean }): Promise<void> {
    if (!this.#isTaken) {
      this.#isTaken = true
      return
    }
    await new Promise<void>((done) => (isLong ? this.#long : this.#short).push(done))
  }

  give(): void {
    const next = this.#next()
    if (next) next()
    else this.#isTaken = false
  }

  #next(): (() => void) | undefined {
    const isTurnOfLong = this.#long.length > 0 && (this.#short.length === 0 || this.#passed === mostShort)
    if (isTurnOfLong) {
      this.#passed = 0
      return this.#long.shift()
    }
    if (this.#long.length > 0) this.#passed++
    return this.#short.shift()
  }
}
