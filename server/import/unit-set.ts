/** A set of numbers from 0, one bit each, so that the waiting units of a file of millions of lines fit in memory. */
export interface UnitSet {
  readonly size: number
  add(unit: number): void
  has(unit: number): boolean
}

export function createUnitSet(): UnitSet {
  let bits = new Uint8Array(64)
  let size = 0
  const has = (unit: number) => ((bits[unit >> 3] ?? 0) & (1 << (unit & 7))) !== 0
  return {
    get size() {
      return size
    },
    has,
    add(unit) {
      if (has(unit)) return
      const index = unit >> 3
      if (index >= bits.length) {
        const grown = new Uint8Array(Math.max(bits.length * 2, index + 1))
        grown.set(bits)
        bits = grown
      }
      bits[index] = (bits[index] ?? 0) | (1 << (unit & 7))
      size++
    },
  }
}
