import { createHash } from 'node:crypto'
import { findAddress } from '#fhir/stored-text.ts'

/** An entry of a Bundle; the resource is JSON text and goes out as it is. */
export interface BundleEntry {
  /** Our address, a type and an id, or a urn. It has no character that JSON would escape. */
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

/** The entry is added piece by piece, because each text around a long resource would be one more copy. */
function addEntry(text: string[], { fullUrl, resource, mode, request, response }: BundleEntry): void {
  text.push('"fullUrl":"', fullUrl, '"')
  if (resource !== undefined) text.push(',"resource":', resource)
  if (mode !== undefined) text.push(`,"search":{"mode":"${mode}"}`)
  if (request !== undefined) text.push(`,"request":${JSON.stringify(request)}`)
  if (response !== undefined) text.push(`,"response":${JSON.stringify(response)}`)
}

/**
 * The address of a resource in an answer. A resource without id, such as an OperationOutcome, gets a urn, the same for the same
 * text (https://hl7.org/fhir/R4/bundle.html#bundle-unique).
 */
export function addressOf(base: string, content: string): string {
  const address = findAddress(content)
  if (address) return `${base}/${address.type}/${address.id}`
  const hex = createHash('sha256').update(content).digest('hex')
  // RFC 9562 §5.8: a UUID of an own scheme.
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
