import type { Prefix } from '../prefix.ts'
import type { SearchParameter } from './search-parameter.ts'

/** A search as the client asked for it, checked and ready to run: https://hl7.org/fhir/R4/search.html */
export interface SearchQuery {
  type: string
  /** All of them must hold. */
  conditions: Condition[]
  sort: SortRule[]
  count: number | undefined
  includes: IncludeRule[]
  revincludes: IncludeRule[]
  summary: 'true' | 'text' | 'data' | 'count' | 'false' | undefined
  elements: string[] | undefined
  total: 'none' | 'estimate' | 'accurate' | undefined
  /** Parameters that a lenient search leaves out. The outcome names them. */
  ignored: { name: string; reason: string }[]
}

export interface SortRule {
  parameter: SearchParameter | '_id' | '_lastUpdated'
  descending: boolean
}

export type Condition = ParameterCondition | ChainCondition | HasCondition | OrCondition | AndCondition

export interface ParameterCondition {
  kind: 'parameter'
  parameter: SearchParameter
  modifier: Modifier | undefined
  /** Of `:missing` only, which has no values. */
  isMissing?: boolean
  /** One of them must match; with `:not` none may. */
  values: SearchValue[]
}

/** A record that `reference` names, of `targetType`, meets the condition. */
export interface ChainCondition {
  kind: 'chain'
  reference: SearchParameter
  targetType: string
  condition: Condition
}

/** A record of `type` names this one by `reference` and meets the condition. */
export interface HasCondition {
  kind: 'has'
  type: string
  reference: SearchParameter
  condition: Condition
}

/** A chain over a reference that may name several types: one of them must hold. */
export interface OrCondition {
  kind: 'or'
  conditions: Condition[]
}

/** The conditions that a scope puts on the records that it opens: all must hold. */
export interface AndCondition {
  kind: 'and'
  conditions: Condition[]
}

/**
 * `text` reads the rows `<code>:text` of the index, `identifier` the rows `<code>:identifier`. `type` is a reference
 * with its type (`subject:Patient=1`), already part of the targets.
 */
export type Modifier =
  | 'exact'
  | 'contains'
  | 'missing'
  | 'not'
  | 'text'
  | 'identifier'
  | 'above'
  | 'below'
  | 'type'

/**
 * The condition that a row of the index must meet. Ranges of rows and of values are half-open, so that every prefix is the same
 * comparison for dates, numbers and quantities (`meetsDateCondition` of dates.ts); `ap` asks whether they overlap and is already
 * widened here.
 */
export type SearchValue =
  | TokenValue
  | { type: 'string'; normalized: string; original: string }
  | { type: 'date'; prefix: Prefix; start: number; end: number }
  | NumberValue
  /** `Type/id`, a url, or a url with `|version`; one of them. */
  | { type: 'reference'; targets: string[] }
  | { type: 'uri'; value: string }
  | CompositeText
  | CompositeRange

export interface TokenValue {
  type: 'token'
  /** Undefined: any system. Null or '': rows without a system. */
  system: string | null | undefined
  /** Undefined: any code of the system. */
  code: string | undefined
}

export interface NumberValue {
  type: 'number' | 'quantity'
  prefix: Prefix
  low: number
  high: number
  /** The `unit` of rows to compare with; undefined for the number alone, which is the rows with the unit ''. */
  unit: string | undefined
}

/** Rows of text whose value is one of `values`, or begins with one. */
export interface CompositeText {
  type: 'composite'
  form: 'text'
  values: string[]
  match: 'equal' | 'begins'
}

/** Rows of ranges with this unit. */
export interface CompositeRange {
  type: 'composite'
  form: 'range'
  prefix: Prefix
  low: number
  high: number
  unit: string
}

export interface IncludeRule {
  /** The type that has the reference. */
  sourceType: string
  parameter: SearchParameter | '*'
  targetType?: string
  iterate: boolean
}

/** A search that cannot be answered as it is; the message says what to change. */
export class SearchError extends Error {
  readonly parameter: string
  constructor(parameter: string, message: string) {
    super(message)
    this.name = 'SearchError'
    this.parameter = parameter
  }
}
