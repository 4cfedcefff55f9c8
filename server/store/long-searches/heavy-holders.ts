/** A holder whose search took long goes to the long ones at once for this time. */
const rememberedMs = 10_000
const mostRemembered = 10_000

/** Who has asked for long searches a moment ago: what they ask is not tried quickly first, which would cost others time. */
export class HeavyHolders {
  readonly #until = new Map<string, number>()

  note(holder: string): void {
    if (this.#until.size >= mostRemembered) this.#until.clear()
    this.#until.set(holder, performance.now() + rememberedMs)
  }

  has(holder: string): boolean {
    const until = this.#until.get(holder)
    if (until === undefined) return false
    if (until > performance.now()) return true
    this.#until.delete(holder)
    return false
  }
}
