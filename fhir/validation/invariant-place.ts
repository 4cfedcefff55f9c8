/** What an invariant is asked of, and where that stands. */
export interface InvariantPlace {
  value: unknown
  /** `%resource`: the resource that the value is part of. */
  resource: unknown
  /** `%rootResource`: the one that contains it, if any. */
  rootResource: unknown
  /** The type of the value, where the JSON does not tell it. */
  type: string | undefined
  work: Work
}

/**
 * What may still be looked at. Some rules compare every part of a record with every other: a record made for that would
 * keep the server busy for hours.
 */
export interface Work {
  left: number
}

/** A collection in, a collection out. */
export type Evaluate = (focus: readonly unknown[], place: InvariantPlace) => readonly unknown[]
