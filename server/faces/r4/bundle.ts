/** An entry of a Bundle; the resource is JSON text and goes out as it is. */
export interface BundleEntry {
  fullUrl: string
  resource?: string
  /** Of a search. */
  mode?: 'match' | 'include' | 'outcome'
  /** Of a history. */
  request?: { method: string; url: string }
  response?: { status: string; etag: string; lastModified: string }
}

export interface BundleLink {
  relation: 'self' | 'first' | 'next' | 'previous'
  url: string
}

/** A Bundle as JSON text: https://hl7.org/fhir/R4/bundle.html */
export function renderBundle(
  type: 'searchset' | 'history',
  total: number | undefined,
  links: BundleLink[],
  entries: BundleEntry[],
): string {
  const head = `{"resourceType":"Bundle","type":"${type}"`
  const count = total === undefined ? '' : `,"total":${total}`
  // FHIR allows no empty arrays.
  const list = entries.length === 0 ? '' : `,"entry":[${entries.map(renderEntry).join(',')}]`
  return `${head}${count},"link":${JSON.stringify(links)}${list}}`
}

function renderEntry({ fullUrl, resource, mode, request, response }: BundleEntry): string {
  const parts: string[] = []
  if (mode !== 'outcome') parts.push(`"fullUrl":${JSON.stringify(fullUrl)}`)
  if (resource !== undefined) parts.push(`"resource":${resource}`)
  if (mode !== undefined) parts.push(`"search":{"mode":"${mode}"}`)
  if (request !== undefined) parts.push(`"request":${JSON.stringify(request)}`)
  if (response !== undefined) parts.push(`"response":${JSON.stringify(response)}`)
  return `{${parts.join(',')}}`
}
