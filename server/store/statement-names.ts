const mostNames = 200

/** Longer texts are written for one batch of an import, and their plans would take much memory. */
const longestText = 8000

/**
 * The table of panels. How many records of a whole panel match differs so much from search to search that one plan for
 * all would be many times slower for some; beside what such a search looks at, planning it takes no time.
 */
const panelTable = 'practice_patient'

/**
 * Names for statements, by which a connection of PostgreSQL keeps them prepared: planning one anew takes longer than most reads.
 * A text gets a name when it comes a second time. The number of names has a limit, because of searches that nobody repeats. At
 * the limit all texts start again.
 */
export class StatementNames {
  readonly #names = new Map<string, string>()
  readonly #seenOnce = new Set<string>()
  #made = 0

  nameOf(text: string): string | undefined {
    const known = this.#names.get(text)
    if (known !== undefined || text.length > longestText || text.includes(panelTable)) return known
    if (!this.#seenOnce.delete(text)) {
      if (this.#seenOnce.size >= mostNames) this.#seenOnce.clear()
      this.#seenOnce.add(text)
      return undefined
    }
    if (this.#names.size >= mostNames) this.#names.clear()
    // A name is never used again, because connections may still have the old statement.
    this.#made += 1
    const name = `onpatient_${this.#made}`
    this.#names.set(text, name)
    return name
  }
}

/** Prepared statements stay in a connection as long as it lives. */
export class PreparedNames {
  readonly #byConnection = new WeakMap<object, Set<string>>()

  note(connection: object, name: string): void {
    const known = this.#byConnection.get(connection)
    if (known) known.add(name)
    else this.#byConnection.set(connection, new Set([name]))
  }

  /** Time to replace the connection. */
  hasTooMany(connection: object): boolean {
    return (this.#byConnection.get(connection)?.size ?? 0) > mostNames
  }
}
