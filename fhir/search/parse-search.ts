import type { Terminology } from './modifiers.ts'
import { searchableTypes } from './parameters.ts'
import { describeUnknown, parseCondition, type Question } from './parse-condition.ts'
import { readResultParameter } from './parse-result-parameters.ts'
import { SearchError, type SearchQuery } from './search-query.ts'
import { quote } from './search-text.ts'

const maximumPairs = 100
const maximumValues = 200
const maximumConditions = 200

/** These decide how the answer is written, and a search ignores them. */
const silent = new Set(['_format', '_pretty'])

export interface SearchOptions {
  /** Whether an unknown parameter is refused (`Prefer: handling`). Otherwise it is listed in `ignored`. */
  strict: boolean
  /** Addresses of our own API, without a slash at the end: references below them are relative ones. */
  bases?: readonly string[]
  /** For `:in`, `:not-in`, and `:above` and `:below` on codes. */
  terminology?: Terminology
}

/**
 * Reads the parameters of a search of one type. Throws SearchError for what cannot be read, and for a modifier that is
 * not known, even when not strict: without them the answer would hold records that were not asked for.
 */
export function parseSearch(
  type: string,
  pairs: Iterable<[string, string]>,
  options: SearchOptions,
): SearchQuery {
  if (!searchableTypes.includes(type)) throw new SearchError('', `There is no type ${quote(type)} to search`)
  const query = emptyQuery(type)
  const budget = { conditions: maximumConditions, values: maximumValues }
  const bases = options.bases ?? []
  let count = 0
  for (const [name, value] of pairs) {
    count++
    if (count > maximumPairs)
      throw new SearchError(name, `A search takes at most ${maximumPairs} parameters: split it`)
    readPair(query, { name, value, bases, terminology: options.terminology, budget }, options)
  }
  return query
}

function readPair(query: SearchQuery, question: Question, options: SearchOptions): void {
  const { name, value } = question
  if (silent.has(name)) return
  const isEmpty = value.trim() === ''
  if (!isEmpty && readResultParameter(query, name, value)) return
  const condition = isEmpty ? undefined : parseCondition(query.type, question)
  if (condition) query.conditions.push(condition)
  else
    ignore(query, name, isEmpty ? `${quote(name)} has no value` : describeUnknown(query.type, name), options)
}

function ignore(query: SearchQuery, name: string, reason: string, { strict }: SearchOptions): void {
  if (strict) throw new SearchError(name, `${reason}: leave it out, or ask with "Prefer: handling=lenient"`)
  query.ignored.push({ name, reason })
}

function emptyQuery(type: string): SearchQuery {
  return {
    type,
    conditions: [],
    sort: [],
    count: undefined,
    includes: [],
    revincludes: [],
    summary: undefined,
    elements: undefined,
    total: undefined,
    ignored: [],
  }
}
