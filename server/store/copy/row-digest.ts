import { hash } from 'node:crypto'

/** One column of a row as it travels from one database to another: numbers have one spelling in both. */
export type Cell = string | Buffer | null
export type Row = Cell[]

const half = 2n ** 64n

/**
 * A fingerprint of a set of rows with all their columns, whatever their order: the sum of the rows' SHA-256, cut to two
 * numbers of 64 bits. It finds damage; against somebody who makes rows to fit it would be too weak.
 */
export class RowDigest {
  #low = 0n
  #high = 0n
  #rows = 0

  add(row: Row): void {
    const bytes = hash('sha256', JSON.stringify(row), 'buffer')
    this.#low = (this.#low + bytes.readBigUInt64LE(0)) % half
    this.#high = (this.#high + bytes.readBigUInt64LE(8)) % half
    this.#rows++
  }

  get rows(): number {
    return this.#rows
  }

  toString(): string {
    return [this.#high, this.#low].map((each) => each.toString(16).padStart(16, '0')).join('')
  }
}
