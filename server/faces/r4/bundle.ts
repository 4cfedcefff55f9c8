/** An entry of a Bundle; the resource is JSON text and goes out as it is. */
export interface BundleEntry {
  /** Our address, a type and an id: nothing in it that JSON would escape. */
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
  const count = total === undefined ? '' : `,"total":${total}`
  const text = [`{"resourceType":"Bundle","type":"${type}"${count},"link":${JSON.stringify(links)}`]
  // FHIR allows no empty arrays.
  let before = ',"entry":[{'
  for (const entry of entries) {
    text.push(before)
    addEntry(text, entry)
    before = '},{'
  }
  text.push(entries.length === 0 ? '}' : '}]}')
  return text.join('')
}

/** Piece by piece, because a resource is long and each text around it would be one more copy. */
function addEntry(text: string[], { fullUrl, resource, mode, request, response }: BundleEntry): void {
  let comma = ''
  if (mode !== 'outcome') {
    text.push('"fullUrl":"', fullUrl, '"')
    comma = ','
  }
  if (resource !== undefined) {
    text.push(`${comma}"resource":`, resource)
    comma = ','
  }
  if (mode !== undefined) text.push(`${comma}"search":{"mode":"${mode}"}`)
  if (request !== undefined) text.push(`,"request":${JSON.stringify(request)}`)
  if (response !== undefined) text.push(`,"response":${JSON.stringify(response)}`)
}
