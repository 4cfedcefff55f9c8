import { needsTerminology } from '#fhir/search/modifiers.ts'
import { parseSearch } from '#fhir/search/parse-search.ts'
import { SearchError, type SearchQuery } from '#fhir/search/search-query.ts'
import { loadTerminology } from '#fhir/validation/validate.ts'
import type { FoundRecord, SearchKey } from '#server/access/access.ts'
import { mostIncluded, type RecordReader } from '#server/access/access.ts'
import { OnpatientError } from '../../../errors.ts'
import type { Cursors } from '../../../http/cursor.ts'
import type { Answer } from '../answer.ts'
import { addressOf, type BundleEntry, type BundleLink, renderBundle } from '../bundle.ts'
import { present } from '../negotiate.ts'
import { asksForTotalAlone, openCursor, pageSizeOf } from '../paging.ts'
import type { ReadContext } from '../request-context.ts'
import { readSearchParameters } from '../search-parameters.ts'
import { subset } from '../subset.ts'

export interface SearchRequest {
  type: string
  /** All parameters, those of the address and of a form together. */
  params: URLSearchParams
  /** `Prefer: handling=strict`. */
  isStrict: boolean
  base: string
  /** Every address of our own API. */
  bases: readonly string[]
  cursors: Cursors
}

type Place = ['after' | 'before', SearchKey]

/** GET Type and POST Type/_search: https://hl7.org/fhir/R4/http.html#search */
export async function search(context: ReadContext, { type }: { type: string }): Promise<Answer> {
  const { reader, base } = context
  const asked = { ...context, type, params: readSearchParameters(context) }
  const text = await answerQuery(reader, await readQuery(asked), { ...asked, address: `${base}/${type}` })
  return { status: 200, body: present(text, asked.params) }
}

interface AskedQuery {
  /** Of the request, without parameters; links lead there. */
  address: string
  /** The parameters of the request, which are part of the links. */
  params: URLSearchParams
  base: string
  cursors: Cursors
}

/** The Bundle of a query, one page of it, with links to the others. */
export async function answerQuery(
  reader: RecordReader,
  query: SearchQuery,
  { address, params, base, cursors }: AskedQuery,
): Promise<string> {
  const { type } = query
  const own = withoutCursor(params)
  const first = linkTo(address, own)
  const self = query.ignored.length === 0 ? first : selfLink(address, own, query.ignored)
  const links: BundleLink[] = [{ relation: 'self', url: self }]
  if (asksForTotalAlone(query)) return renderBundle('searchset', await reader.countFound(query), links, [])
  const local = address.slice(base.length + 1)
  // The number is the form of the cursors. A cursor of an older form is refused like one of another list.
  const binding = JSON.stringify(['r4', 3, local, own.filter(([name]) => name !== '_count').sort()])
  const place = openCursor<Place>(cursors, params, binding)
  const pageSize = pageSizeOf(query.count)
  const page = await reader.search(query, { pageSize, ...(place ? { [place[0]]: place[1] } : {}) })
  links.push({ relation: 'first', url: first })
  const start = own.length === 0 ? `${first}?` : `${first}&`
  const link = (relation: 'next' | 'previous', to: Place) =>
    links.push({ relation, url: `${start}cursor=${cursors.seal(to, binding)}` })
  if (page.next) link('next', ['after', page.next])
  if (page.previous) link('previous', ['before', page.previous])
  const entry = (mode: 'match' | 'include', of: string, record: FoundRecord): BundleEntry => ({
    fullUrl: `${base}/${of}/${record.id}`,
    resource: subset(record.content, of, query),
    mode,
  })
  return renderBundle('searchset', query.total === 'none' ? undefined : page.total, links, [
    ...page.records.map((record) => entry('match', type, record)),
    ...page.included.records.map((record) => entry('include', record.type, record)),
    ...outcomeEntries(page.included.isCut ? [...query.ignored, ...tellCut(query)] : query.ignored),
  ])
}

/** The query of the parameters. Throws `invalid-parameter`. */
export async function readQuery({
  type,
  params,
  isStrict,
  base,
  bases,
}: SearchRequest): Promise<SearchQuery> {
  const pairs = withoutCursor(params)
  const terminology = pairs.some(([name]) => needsTerminology(name)) ? await loadTerminology() : undefined
  try {
    return parseSearch(type, pairs, {
      strict: isStrict,
      bases: [base, ...bases],
      ...(terminology ? { terminology } : {}),
    })
  } catch (error) {
    if (!(error instanceof SearchError)) throw error
    throw new OnpatientError('invalid-parameter', error.message, { field: error.parameter })
  }
}

type Pairs = Array<[string, string]>

export function withoutCursor(params: URLSearchParams): Pairs {
  return [...params].filter(([name]) => name !== 'cursor')
}

export function linkTo(address: string, pairs: Pairs): string {
  return pairs.length === 0 ? address : `${address}?${new URLSearchParams(pairs)}`
}

/** The address of the search that was really done, without the ignored parameters. */
export function selfLink(address: string, pairs: Pairs, ignored: SearchQuery['ignored']): string {
  const names = new Set(ignored.map(({ name }) => name))
  return linkTo(
    address,
    pairs.filter(([name]) => !names.has(name)),
  )
}

/** The answer says that the included records were cut, so that a client does not miss records. */
function tellCut({ includes, revincludes }: SearchQuery): SearchQuery['ignored'] {
  const reason = `No more than ${mostIncluded} records come along with a page, and there may be more. Ask for smaller pages with _count, or for less with _include and _revinclude.`
  const names = [
    ...(includes.length > 0 ? ['_include'] : []),
    ...(revincludes.length > 0 ? ['_revinclude'] : []),
  ]
  return names.map((name) => ({ name, reason }))
}

/** The answer reports ignored parameters, so that a client does not take it for the answer to all of them. */
export function outcomeEntries(ignored: SearchQuery['ignored']): BundleEntry[] {
  if (ignored.length === 0) return []
  const issue = ignored.map(({ name, reason }) => ({
    severity: 'warning',
    code: 'not-supported',
    details: { text: reason },
    expression: [`http.${name}`],
  }))
  const resource = JSON.stringify({ resourceType: 'OperationOutcome', issue })
  return [{ fullUrl: addressOf('', resource), resource, mode: 'outcome' }]
}
