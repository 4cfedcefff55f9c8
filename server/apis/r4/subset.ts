import { parseExact, stringifyExact } from '#fhir/exact-json.ts'
import type { SearchQuery } from '#fhir/search/search-query.ts'
import { summaryElements } from '#fhir/summary-elements.ts'
import { OnpatientError } from '../../errors.ts'
import { findSingle } from '../../http/query.ts'

/** Elements that are in every subset: https://hl7.org/fhir/R4/search.html#elements */
const always = ['resourceType', 'id', 'meta']

/**
 * The part of a resource that `_summary` or `_elements` asks for, marked as incomplete. Without them the text is returned as it
 * is, unparsed.
 */
export function subset(content: string, type: string, { summary, elements }: Subset): string {
  const keeps = keptElements(type, summary, elements)
  if (!keeps) return content
  const resource = parseExact(content) as Record<string, unknown>
  for (const name of Object.keys(resource)) if (!keeps(name.replace(/^_/, ''))) delete resource[name]
  if (summary === 'true')
    for (const path of summaryElements(type).omitted ?? []) omit(resource, path.split('.'))
  return stringifyExact(markSubsetted(resource))
}

function keptElements(
  type: string,
  summary: SearchQuery['summary'],
  elements: SearchQuery['elements'],
): ((name: string) => boolean) | undefined {
  if (!elements && (summary === undefined || summary === 'false')) return undefined
  const mandatory = summaryElements(type).mandatory
  const named = (names: readonly string[]) => (name: string) => always.includes(name) || names.includes(name)
  if (elements) return named([...elements.map((element) => element.split('.').at(-1) ?? ''), ...mandatory])
  if (summary === 'text') return named(['text', ...mandatory])
  if (summary === 'data') return (name) => name !== 'text'
  if (summary === 'true') return named([...summaryElements(type).summary, ...mandatory])
  return undefined
}

function omit(value: unknown, path: string[]): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const each of value) omit(each, path)
    return
  }
  const [name = '', ...below] = path
  const fields = value as Record<string, unknown>
  if (below.length > 0) {
    omit(fields[name], below)
    return
  }
  delete fields[name]
  delete fields[`_${name}`]
}

const subsetted = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
}

function markSubsetted(resource: Record<string, unknown>): Record<string, unknown> {
  const meta = (resource.meta ?? {}) as { tag?: object[] }
  return { ...resource, meta: { ...meta, tag: [...(meta.tag ?? []), subsetted] } }
}

/** Which part of each resource is asked for. */
export type Subset = Pick<SearchQuery, 'summary' | 'elements'>

const ofRecord = ['true', 'text', 'data', 'false'] as const

/**
 * The part of the record that a read asks for. Throws `invalid-parameter`, because the whole record would be more than the client
 * wants.
 */
export function readSubset(query: URLSearchParams): Subset {
  return readWith(query, ofRecord, 'A read')
}

/** The part of the records that a list asks for, or `count` for none. Throws like `readSubset`. */
export function readListSubset(query: URLSearchParams): Subset {
  return readWith(query, [...ofRecord, 'count'], 'This list')
}

function readWith(
  query: URLSearchParams,
  summaries: ReadonlyArray<NonNullable<Subset['summary']>>,
  who: string,
): Subset {
  const summary = findSingle(query, '_summary')
  const known = summaries.find((each) => each === summary)
  if (summary !== undefined && known === undefined)
    throw new OnpatientError('invalid-parameter', `${who} takes _summary as ${summaries.join(', ')}.`, {
      field: '_summary',
    })
  return { summary: known, elements: findSingle(query, '_elements')?.split(',') }
}
