import type { Statement } from 'better-sqlite3'

/** Rows of a statement. `isCut`: there are more rows, which were left out because the contents of these fill a page. */
export interface TakenRows<Row = Record<string, unknown>> {
  rows: Row[]
  isCut: boolean
}

/** Takes rows until their contents have so many characters; at least one. Undefined: all rows. */
export function takeRows(
  statement: Statement,
  values: readonly unknown[],
  mostBytes: number | undefined,
): TakenRows {
  if (mostBytes === undefined) return { rows: statement.all(values) as TakenRows['rows'], isCut: false }
  const page = new PageOfRows(mostBytes)
  for (const row of statement.iterate(values)) if (!page.add(row as Record<string, unknown>)) break
  return page
}

/** Rows that come one after the other, kept as long as there is room. */
export class PageOfRows<Row extends { content?: unknown } = Record<string, unknown>> {
  readonly rows: Row[] = []
  isCut = false
  readonly #mostBytes: number
  #bytes = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /** False when the row has no room any more. */
  add(row: Row): boolean {
    if (this.isCut) return false
    this.#bytes += typeof row.content === 'string' ? row.content.length : 0
    if (this.#bytes > this.#mostBytes && this.rows.length > 0) this.isCut = true
    else this.rows.push(row)
    return !this.isCut
  }
}
