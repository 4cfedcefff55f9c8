import { parseDate, restorePlus, type TimeRange } from '#fhir/dates.ts'
import type { VersionKey, VersionRow } from '#server/access/access.ts'
import { OnpatientError } from '../../../errors.ts'
import { pageLink } from '../../../http/page-links.ts'
import { findSingle } from '../../../http/query.ts'
import type { Answer } from '../answer.ts'
import { type BundleEntry, type BundleLink, renderBundle } from '../bundle.ts'
import { present } from '../negotiate.ts'
import { asksForTotalAlone, openCursor, parseCount } from '../paging.ts'
import type { ReadContext } from '../request-context.ts'
import { readListSubset, type Subset, subset } from '../subset.ts'
import { findUnknown } from '../unknown-parameters.ts'
import { selfLink } from './search.ts'

/** GET Type/_history and Type/id/_history: https://hl7.org/fhir/R4/http.html#history */
export async function history(
  context: ReadContext,
  { type, id }: { type: string; id?: string },
): Promise<Answer> {
  const { reader, query, base, cursors } = context
  // A history has no place to report ignored parameters. They are missing in the link "self".
  const ignored = findUnknown(query, ['_at', '_since'], context)
  const since = readTime(query, '_since')?.start
  const at = readTime(query, '_at')
  const binding = JSON.stringify(['r4-history', type, id ?? null, since ?? null, at ?? null])
  const after = openCursor<VersionKey>(cursors, query, binding)
  const asked = { count: parseCount(query), ...readListSubset(query) }
  const pageSize = asksForTotalAlone(asked) ? 0 : asked.count
  const page = await reader.listVersions({ type, id, since, at, pageSize, after })
  if (id !== undefined && page.total === 0 && since === undefined && at === undefined)
    throw new OnpatientError('not-found', `There is no ${type} with this id among the records of this token.`)
  const address = id === undefined ? `${base}/${type}/_history` : `${base}/${type}/${id}/_history`
  const links: BundleLink[] = [{ relation: 'self', url: selfLink(address, [...query], ignored) }]
  if (page.next)
    links.push({ relation: 'next', url: pageLink(address, query, cursors.seal(page.next, binding)) })
  const entries = page.versions.map((version) => toEntry(base, type, version, asked))
  return { status: 200, body: present(renderBundle('history', page.total, links, entries), query) }
}

function toEntry(base: string, type: string, version: VersionRow, asked: Subset): BundleEntry {
  const url = `${type}/${version.id}`
  const number = Number(version.version_id)
  const isDeleted = Number(version.deleted) === 1
  const isCreated = Number(version.created) === 1
  // An old version without a method could have come by PUT.
  const method = isDeleted ? 'DELETE' : (version.method ?? 'PUT')
  return {
    fullUrl: `${base}/${url}`,
    ...(isDeleted ? {} : { resource: subset(version.content, type, asked) }),
    request: { method, url: method === 'POST' ? type : url },
    response: {
      status: isDeleted ? '204' : isCreated ? '201' : '200',
      etag: `W/"${number}"`,
      lastModified: new Date(Number(version.last_updated)).toISOString(),
    },
  }
}

function readTime(query: URLSearchParams, name: string): TimeRange | undefined {
  const text = findSingle(query, name)
  if (text === undefined) return undefined
  const range = parseDate(restorePlus(text))
  if (range) return range
  throw new OnpatientError(
    'invalid-parameter',
    `The parameter ${name} must be a date or time such as 2026-01-31 or 2026-01-31T08:00:00Z.`,
    { field: name },
  )
}
