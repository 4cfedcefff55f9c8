import { clipText } from './normalize-text.ts'

/** One row of the search index. A range is half-open: `low` belongs to it, `high` does not. */
export type IndexValue =
  | { kind: 'text'; param: string; value: string; system: string }
  | { kind: 'range'; param: string; low: number; high: number; unit: string }

/** With this many rows of one parameter a Set is faster than a search through the list. */
const fewRows = 16

/** The rows of one resource while they are collected, each once. */
export class IndexRows {
  readonly rows: IndexValue[] = []
  #from = 0
  #seen: Set<string> | undefined

  /** Rows of different parameters are never the same. */
  beginParameter(): void {
    this.#from = this.rows.length
    this.#seen = undefined
  }

  /** Whether the current parameter has rows of this name; `<code>:text` is another one. */
  hasRowsOf(param: string): boolean {
    for (let at = this.#from; at < this.rows.length; at++) if (this.rows[at]?.param === param) return true
    return false
  }

  addText(param: string, text: string, system: string): void {
    const value = clipText(text)
    this.#add({ kind: 'text', param, value, system: system === '' ? system : clipText(system) })
  }

  addRange(param: string, low: number, high: number, unit: string): void {
    this.#add({ kind: 'range', param, low, high, unit: unit === '' ? unit : clipText(unit) })
  }

  #add(row: IndexValue): void {
    if (this.rows.length - this.#from < fewRows) {
      for (let at = this.#from; at < this.rows.length; at++) {
        const other = this.rows[at]
        if (other && isSame(other, row)) return
      }
      this.rows.push(row)
      return
    }
    this.#seen ??= new Set(this.rows.slice(this.#from).map(keyOf))
    const key = keyOf(row)
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    this.rows.push(row)
  }
}

function isSame(a: IndexValue, b: IndexValue): boolean {
  if (a.kind === 'text')
    return b.kind === 'text' && a.value === b.value && a.system === b.system && a.param === b.param
  return (
    b.kind === 'range' && a.low === b.low && a.high === b.high && a.unit === b.unit && a.param === b.param
  )
}

function keyOf(row: IndexValue): string {
  return row.kind === 'text'
    ? `${row.param}\n${row.system}\n${row.value}`
    : `${row.param}\n${row.unit}\n${row.low}\n${row.high}`
}
