/** Round numbers that cover a range, about `count` of them: 0, 20, 40 ... */
export function roundTicks(low: number, high: number, count: number): number[] {
  const span = high - low || Math.abs(high) || 1
  const rough = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].find((each) => each * power >= rough) ?? 10) * power
  const first = Math.floor(low / step)
  const last = Math.max(first + 1, Math.ceil(high / step))
  // Multiplied, not added up: 0.1 + 0.2 is not 0.3.
  return Array.from({ length: Math.min(50, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  )
}

const dayMs = 86_400_000

/** Beginnings of years, or of months when there are few, between two times in ms. */
export function timeTicks(from: number, to: number, count: number): Array<{ at: number; isYear: boolean }> {
  const months = Math.max(1, (to - from) / (30.44 * dayMs))
  const step = [1, 2, 3, 6, 12, 24, 60, 120, 240].find((each) => months / each <= count) ?? 600
  const start = new Date(from)
  const first = Math.ceil((start.getUTCFullYear() * 12 + start.getUTCMonth()) / step) * step
  const ticks: Array<{ at: number; isYear: boolean }> = []
  for (let month = first; ticks.length <= count + 1; month += step) {
    const at = Date.UTC(Math.floor(month / 12), month % 12)
    if (at > to || Number.isNaN(at)) break
    if (at >= from) ticks.push({ at, isYear: step % 12 === 0 })
  }
  return ticks
}
