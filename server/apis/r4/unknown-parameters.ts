import type { SearchQuery } from '#fhir/search/search-query.ts'
import { OnpatientError } from '../../errors.ts'

/** What every list takes. */
const general = ['_count', '_elements', '_format', '_pretty', '_summary', 'cursor']

/**
 * The parameters that a history or an operation does not know and ignores. A search finds its own. Throws `invalid-parameter` for
 * the first of them when the client asks for strict handling (https://hl7.org/fhir/R4/search.html#errors).
 */
export function findUnknown(
  query: URLSearchParams,
  known: readonly string[],
  { isStrict }: { isStrict: boolean },
): SearchQuery['ignored'] {
  const all = [...general, ...known].sort()
  const ignored = [...new Set(query.keys())]
    .filter((name) => !all.includes(name))
    .map((name) => ({
      name,
      reason: `"${name.slice(0, 60)}" is not a parameter here. Known are ${all.join(', ')}`,
    }))
  const [first] = ignored
  if (isStrict && first)
    throw new OnpatientError(
      'invalid-parameter',
      `${first.reason}: leave it out, or ask with "Prefer: handling=lenient".`,
      { field: first.name },
    )
  return ignored
}
