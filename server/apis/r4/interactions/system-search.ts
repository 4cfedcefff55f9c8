import type { Condition, SearchQuery } from '#fhir/search/search-query.ts'
import type { RecordReader, SearchKey } from '#server/access/access.ts'
import { OnpatientError } from '../../../errors.ts'
import { findSingle } from '../../../http/query.ts'
import type { Answer } from '../answer.ts'
import { type BundleEntry, type BundleLink, renderBundle } from '../bundle.ts'
import { present } from '../negotiate.ts'
import { roomOfPage } from '../page-room.ts'
import { asksForTotalAlone, openCursor, pageSizeOf } from '../paging.ts'
import { isR4Type } from '../r4-types.ts'
import type { ReadContext } from '../request-context.ts'
import { readSearchParameters } from '../search-parameters.ts'
import { subset } from '../subset.ts'
import { linkTo, outcomeEntries, readQuery, type SearchRequest, selfLink, withoutCursor } from './search.ts'

/** The most types of one request, which bounds its work. */
export const mostTypes = 20

/** The next page starts in this type, after this record or at the first. */
interface Place {
  type: string
  after: SearchKey | undefined
}

interface SeveralRequest extends Omit<SearchRequest, 'type'> {
  /** Of the request, without parameters; links lead there. */
  address: string
  /** A further condition for each type. */
  narrow?(type: string): Condition | undefined
}

/** GET ?_type=… and POST _search: https://hl7.org/fhir/R4/http.html#vsearch */
export async function systemSearch(context: ReadContext): Promise<Answer> {
  const { reader, base } = context
  const params = readSearchParameters(context)
  const types = readTypes(params)
  if (!types || types.length > mostTypes)
    throw new OnpatientError(
      'invalid-parameter',
      `Name the types of a search over several types, at most ${mostTypes}: ?_type=Observation,Condition.`,
      { field: '_type' },
    )
  const text = await answerSeveral(reader, types, { ...context, params, address: base })
  return { status: 200, body: present(text, params) }
}

/** The types that `_type` names, each once; undefined without it. */
export function readTypes(params: URLSearchParams): string[] | undefined {
  const text = findSingle(params, '_type')
  if (text === undefined) return undefined
  const types = [...new Set(text.split(','))]
  const unknown = types.find((type) => !isR4Type(type))
  if (unknown === undefined) return types
  throw new OnpatientError(
    'invalid-parameter',
    `The parameter _type names ${unknown.slice(0, 60)}, which is not a type of record that is served here.`,
    { field: '_type' },
  )
}

/** One search for each type, one after the other, in pages. It uses the parameters that all types have. */
export async function answerSeveral(
  reader: RecordReader,
  types: readonly string[],
  request: SeveralRequest,
): Promise<string> {
  const { address, params, base, cursors } = request
  const { queries, ignored } = await readQueries(types, request)
  const [asked] = queries
  const own = withoutCursor(params)
  const links: BundleLink[] = [{ relation: 'self', url: selfLink(address, own, ignored) }]
  if (!asked) return renderBundle('searchset', 0, links, [])
  const local = address.slice(base.length)
  const binding = JSON.stringify(['r4-several', local, own.filter(([name]) => name !== '_count').sort()])
  const start = openCursor<Place>(cursors, params, binding)
  if (asksForTotalAlone(asked)) return renderBundle('searchset', await countAll(reader, queries), links, [])
  const { entries, next } = await takePage(reader, queries, { base, start })
  links.push({ relation: 'first', url: linkTo(address, own) })
  if (next)
    links.push({ relation: 'next', url: linkTo(address, [...own, ['cursor', cursors.seal(next, binding)]]) })
  // A total would need a count of each type for each page.
  const wantsTotal = asked.total === 'accurate' || asked.total === 'estimate'
  const total = wantsTotal ? await countAll(reader, queries) : undefined
  return renderBundle('searchset', total, links, [...entries, ...outcomeEntries(ignored)])
}

interface Queries {
  queries: SearchQuery[]
  ignored: SearchQuery['ignored']
}

/**
 * A parameter that one type does not know is left out for all types. Otherwise the answer would have records that nobody asked
 * for.
 */
async function readQueries(types: readonly string[], request: SeveralRequest): Promise<Queries> {
  const params = new URLSearchParams(request.params)
  params.delete('_type')
  assertUnordered(params)
  const read = (some: URLSearchParams) =>
    Promise.all(types.map((type) => readQuery({ ...request, type, params: some })))
  const all = (await read(params)).flatMap(({ ignored }) => ignored)
  const ignored = [...new Map(all.map((each) => [each.name, each])).values()]
  for (const { name } of ignored) params.delete(name)
  const queries = (await read(params)).map((query) => {
    const condition = request.narrow?.(query.type)
    return condition ? { ...query, conditions: [condition, ...query.conditions] } : query
  })
  return { queries, ignored }
}

/** Refuses parameters that would need one order over all types, or included records. */
function assertUnordered(params: URLSearchParams): void {
  const refused = [...params.keys()].find((name) => /^_(sort|include|revinclude)(:|$)/.test(name))
  if (refused === undefined) return
  throw new OnpatientError(
    'invalid-parameter',
    `${refused.slice(0, 60)} is not answered over several types. Search each type by itself: /fhir/r4/Observation?…`,
    { field: refused.slice(0, 60) },
  )
}

async function countAll(reader: RecordReader, queries: readonly SearchQuery[]): Promise<number> {
  let total = 0
  for (const query of queries) total += await reader.countFound(query)
  return total
}

async function takePage(
  reader: RecordReader,
  queries: readonly SearchQuery[],
  { base, start }: { base: string; start: Place | undefined },
): Promise<{ entries: BundleEntry[]; next: Place | undefined }> {
  const pageSize = pageSizeOf(queries[0]?.count)
  const entries: BundleEntry[] = []
  const fits = roomOfPage()
  const from = start ? queries.findIndex(({ type }) => type === start.type) : 0
  for (const query of queries.slice(Math.max(0, from))) {
    const { type } = query
    if (entries.length >= pageSize) return { entries, next: { type, after: undefined } }
    const page = await reader.search(
      { ...query, total: 'none' },
      { pageSize: pageSize - entries.length, after: type === start?.type ? start.after : undefined },
    )
    if (!fits(page.records.map(({ content }) => content)))
      return { entries, next: { type, after: undefined } }
    for (const { id, content } of page.records)
      entries.push({
        fullUrl: `${base}/${type}/${id}`,
        resource: subset(content, type, query),
        mode: 'match',
      })
    if (page.next) return { entries, next: { type, after: page.next } }
  }
  return { entries, next: undefined }
}
