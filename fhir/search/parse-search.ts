import type { SearchQuery } from './search-query.ts'

export function parseSearch(
  type: string,
  _pairs: Iterable<[string, string]>,
  _options: { strict: boolean },
): SearchQuery {
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
