import { parseExact, stringifyExact } from '#fhir/exact-json.ts'
import type { SearchQuery } from '#fhir/search/search-query.ts'
import { summaryElements } from '#fhir/summary-elements.ts'
import { OnpatientError } from '../../errors.ts'
import { findSingle } from '../../http/query.ts'

/** Elements that are in every subset: https://hl7.org/fhir/R4/search.html#elements */
const always = ['resourceType', 'id', 'meta']

/** A resource as `_summary` or `_elements` asks for it, marked as incomplete; untouched, and unparsed, without them. */
export function subset(
  content: string,
  type: string,
  { summary, elements }: Pick<SearchQuery, 'summary' | 'elements'>,
): string {
  const keeps = keptElements(type, summary, elements)
  if (!keeps) return content
  const resource = parseExact(content) as Record<string, unknown>
  for (const name of Object.keys(resource)) if (!keeps(name.replace(/^_/, ''))) delete resource[name]
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

const subsetted = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
}

function markSubsetted(resource: Record<string, unknown>): Record<string, unknown> {
  const meta = (resource.meta ?? {}) as { tag?: object[] }
  return { ...resource, meta: { ...meta, tag: [...(meta.tag ?? []), subsetted] } }
}

/** What a read asks to see of its record. Throws `invalid-parameter`: the whole would be more than was asked for. */
export function readSubset(query: URLSearchParams): Pick<SearchQuery, 'summary' | 'elements'> {
  const summary = findSingle(query, '_summary')
  const known = (['true', 'text', 'data', 'false'] as const).find((each) => each === summary)
  if (summary !== undefined && known === undefined)
    throw new OnpatientError('invalid-parameter', 'A read takes _summary as true, text, data or false.', {
      field: '_summary',
    })
  return { summary: known, elements: findSingle(query, '_elements')?.split(',') }
}
