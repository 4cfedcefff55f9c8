/** How a store reads the rows of the search index; one resource at a time, in plain words, for tests. */

import type { Prefix } from '#fhir/prefix.ts'
import type { IndexValue } from '#fhir/search/index-values.ts'
import type { Condition, SearchValue } from '#fhir/search/search-query.ts'

type TextRow = Extract<IndexValue, { kind: 'text' }>
type RangeRow = Extract<IndexValue, { kind: 'range' }>

/** Not for chains and `_has`, which need other resources. */
export function rowsMatch(rows: readonly IndexValue[], condition: Condition): boolean {
  if (condition.kind === 'or') return condition.conditions.some((each) => rowsMatch(rows, each))
  if (condition.kind !== 'parameter') throw new Error(`Rows of one resource cannot answer ${condition.kind}`)
  const { parameter, modifier, values } = condition
  const suffix = modifier === 'text' || modifier === 'identifier' ? `:${modifier}` : ''
  const own = rows.filter((row) => row.param === parameter.code + suffix)
  if (modifier === 'missing') return (own.length === 0) === condition.isMissing
  const isMatch = own.some((row) => values.some((value) => rowMatches(row, value, modifier)))
  return modifier === 'not' ? !isMatch : isMatch
}

function rowMatches(row: IndexValue, value: SearchValue, modifier: string | undefined): boolean {
  return row.kind === 'text' ? textMatches(row, value, modifier) : rangeMatches(row, value)
}

function textMatches(row: TextRow, value: SearchValue, modifier: string | undefined): boolean {
  switch (value.type) {
    case 'token':
      return (
        (value.code === undefined || row.value === value.code) &&
        (value.system === undefined || row.system === (value.system ?? ''))
      )
    case 'string':
      if (modifier === 'exact') return row.system === value.original
      if (modifier === 'contains') return row.value.includes(value.normalized)
      return row.value.startsWith(value.normalized)
    case 'reference':
      return value.targets.includes(row.value)
    case 'uri':
      return modifier === 'below' ? row.value.startsWith(value.value) : row.value === value.value
    case 'composite':
      if (value.form === 'range') return false
      return value.values.some((each) =>
        value.match === 'equal' ? row.value === each : row.value.startsWith(each),
      )
    default:
      return false
  }
}

function rangeMatches(row: RangeRow, value: SearchValue): boolean {
  if (value.type === 'date') return holds[value.prefix](row, value.start, value.end)
  if (value.type !== 'number' && value.type !== 'quantity' && value.type !== 'composite') return false
  if (value.type === 'composite' && value.form === 'text') return false
  return row.unit === (value.unit ?? '') && holds[value.prefix](row, value.low, value.high)
}

const holds: Record<Prefix, (row: RangeRow, low: number, high: number) => boolean> = {
  eq: (row, low, high) => row.low >= low && row.high <= high,
  ne: (row, low, high) => row.low < low || row.high > high,
  gt: (row, _low, high) => row.high > high,
  lt: (row, low) => row.low < low,
  ge: (row, low, high) => row.low >= low || row.high > high,
  le: (row, low, high) => row.high <= high || row.low < low,
  sa: (row, _low, high) => row.low >= high,
  eb: (row, low) => row.high <= low,
  ap: (row, low, high) => row.low < high && row.high > low,
}
