/** The value that an invariant is evaluated on, and its place. */
export interface InvariantPlace {
  value: unknown
  /** `%resource`: the resource that the value is part of. */
  resource: unknown
  /** `%rootResource`: the one that contains it, if any. */
  rootResource: unknown
  /** The type of the value, where the JSON does not show it. */
  type: string | undefined
  work: Work
}

/**
 * The work that is left. Some rules compare every part of a record with every other part. Without a limit, a record made for that
 * would keep the server busy for hours.
 */
export interface Work {
  left: number
}

/** A collection in, a collection out. */
export type Evaluate = (focus: readonly unknown[], place: InvariantPlace) => readonly unknown[]
