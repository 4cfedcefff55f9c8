import { parseSearch } from '#fhir/search/parse-search.ts'
import { SearchError, type SearchQuery } from '#fhir/search/search-query.ts'
import type { CurrentRecord, WriteTransaction, Written } from '#server/access/access.ts'
import { OnpatientError } from '../../errors.ts'

/**
 * The search of a conditional write (https://hl7.org/fhir/R4/http.html#ccreate). A search may leave out a parameter. A condition
 * may not, because it would then match another record.
 */
export function parseCondition(type: string, text: string, bases: readonly string[]): SearchQuery {
  const params = new URLSearchParams(text)
  for (const name of ['_format', '_pretty']) params.delete(name)
  let query: SearchQuery
  try {
    query = parseSearch(type, params, { strict: true, bases })
  } catch (error) {
    if (!(error instanceof SearchError)) throw error
    throw new OnpatientError('invalid-parameter', error.message, { field: error.parameter })
  }
  if (query.conditions.length === 0)
    throw new OnpatientError(
      'invalid-parameter',
      'The condition is empty, so that every record would match. Name one, such as identifier=SYSTEM|VALUE.',
    )
  return query
}

/** The one record that matches, or none. Throws `several-match`. */
export async function findOne(
  transaction: Pick<WriteTransaction, 'find'>,
  query: SearchQuery,
): Promise<CurrentRecord | undefined> {
  const { first, isOnly } = await transaction.find(query)
  if (isOnly) return first
  throw new OnpatientError(
    'several-match',
    `More than one ${query.type} matches the condition. Make it narrower, e.g. by identifier=SYSTEM|VALUE.`,
  )
}

/**
 * Throws `version-conflict` when the named version is not the current one (RFC 9110 §13.1.1). A writer who may not read the
 * record learns only that it does not match.
 */
export function assertVersion(
  ifMatch: string | undefined,
  current: CurrentRecord | undefined,
  { isShown }: { isShown: boolean },
): void {
  if (ifMatch === undefined || (ifMatch.trim() === '*' && current !== undefined)) return
  const [, version] = /^\s*(?:W\/)?"?(\d+)"?\s*$/.exec(ifMatch) ?? []
  if (current !== undefined && version === String(current.versionId)) return
  if (!isShown) throw new OnpatientError('version-conflict', 'If-Match does not match.')
  throw new OnpatientError(
    'version-conflict',
    current === undefined
      ? 'If-Match names a version, but there is no such record.'
      : `If-Match names another version than the current one, which is W/"${current.versionId}". Read the record again and repeat the change.`,
  )
}

/** Throws `version-conflict` when a write that should create a record (`If-None-Match: *`) found one. */
export function assertNoneMatch(ifNoneMatch: string | undefined, kind: Written['kind']): void {
  if (ifNoneMatch?.trim() !== '*' || kind === 'created') return
  throw new OnpatientError('version-conflict', 'If-None-Match is *, but the record exists already.')
}
