/** https://hl7.org/fhir/R4/search.html#ptypes, without `special` */
export type SearchParameterType =
  | 'token'
  | 'string'
  | 'date'
  | 'number'
  | 'quantity'
  | 'reference'
  | 'uri'
  | 'composite'

/** One search parameter as it applies to one type of resource. */
export interface SearchParameter {
  code: string
  type: SearchParameterType
  /** The SearchParameter that defines it. */
  url: string
  /** FHIRPath, only the alternatives that apply to the type. */
  expression: string
  /** Of a reference: the types it may name. Of others: empty. */
  targets: readonly string[]
  /**
   * For a token whose elements are codes or booleans alone: the code systems that the standard gives them and that records never
   * name.
   */
  systems: readonly string[]
  /** For a token or reference: the modifiers that its elements can have beside those of every parameter of its type. */
  modifiers: readonly string[]
  /** Of a composite: the parameters whose values are joined, each evaluated on what `expression` selects. */
  components?: readonly { code: string; expression: string }[]
}
