import type { SearchQuery } from '#fhir/search/search-query.ts'
import { OnpatientError } from '../../errors.ts'
import type { Cursors } from '../../http/cursor.ts'
import { findSingle } from '../../http/query.ts'

export const defaultCount = 50
export const largestCount = 1000

/** The size of a page. A larger size than the largest becomes the largest, as FHIR allows. */
export function parseCount(query: URLSearchParams): number {
  const text = findSingle(query, '_count')
  if (text === undefined) return defaultCount
  if (!/^\d{1,9}$/.test(text))
    throw new OnpatientError(
      'invalid-parameter',
      `The parameter _count must be a whole number from 0 to ${largestCount}.`,
      { field: '_count' },
    )
  return Math.min(Number(text), largestCount)
}

/** `_summary=count`, and `_count=0` is the same: the total without entries (https://hl7.org/fhir/R4/search.html#count). */
export function asksForTotalAlone({ summary, count }: Pick<SearchQuery, 'summary' | 'count'>): boolean {
  return summary === 'count' || count === 0
}

export function pageSizeOf(count: number | undefined): number {
  return Math.min(count ?? defaultCount, largestCount)
}

/** The place that the parameter `cursor` names; undefined without one. Only this server can have sealed it. */
export function openCursor<Place>(
  cursors: Cursors,
  query: URLSearchParams,
  binding: string,
): Place | undefined {
  const text = findSingle(query, 'cursor')
  if (text === undefined) return undefined
  const place = cursors.open(text, binding)
  if (place === undefined)
    throw new OnpatientError(
      'invalid-parameter',
      'The parameter cursor is damaged or belongs to another list. Take the link "next" as it is, or start without cursor.',
      { field: 'cursor' },
    )
  return place as Place
}
