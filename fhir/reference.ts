import { copyExact } from './exact-json.ts'

/** References between resources: https://hl7.org/fhir/R4/references.html */
export type ParsedReference =
  | { kind: 'relative'; type: string; id: string }
  | { kind: 'conditional'; type: string; query: string }
  /** `urn:uuid:` or `urn:oid:`. It has a meaning inside its Bundle alone. */
  | { kind: 'urn'; text: string }
  /** Points into the same resource: `#p1`. */
  | { kind: 'contained'; text: string }
  /** An address of another server, or a text that cannot be read. */
  | { kind: 'foreign'; text: string }
  /** No `reference` element: a logical reference by identifier, or text alone. */
  | { kind: 'none' }

const relativePattern = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/
const conditionalPattern = /^([A-Z][A-Za-z]+)\?(.+)$/
const idPattern = /^[A-Za-z0-9\-.]{1,64}$/

/** Whether a text can be the id of a resource: https://hl7.org/fhir/R4/datatypes.html#id */
export function isResourceId(text: unknown): text is string {
  return typeof text === 'string' && idPattern.test(text)
}

/** `bases`: addresses of our own API, without a slash at the end; references below them are relative ones. */
export function parseReference(text: unknown, bases: readonly string[] = []): ParsedReference {
  if (typeof text !== 'string' || text === '') return { kind: 'none' }
  const base = bases.find((each) => text.startsWith(`${each}/`))
  const local = base === undefined ? text : text.slice(base.length + 1)
  const relative = relativePattern.exec(local)
  if (relative) return { kind: 'relative', type: relative[1] ?? '', id: relative[2] ?? '' }
  const conditional = conditionalPattern.exec(local)
  if (conditional) return { kind: 'conditional', type: conditional[1] ?? '', query: conditional[2] ?? '' }
  if (text.startsWith('urn:')) return { kind: 'urn', text }
  if (text.startsWith('#')) return { kind: 'contained', text }
  return { kind: 'foreign', text }
}

/** Any object of a resource that has a `reference` of text. */
interface ReferenceElement {
  reference: string
}

/** Calls `visit` with every Reference of a resource, those of contained resources and extensions included. */
export function visitReferences(value: unknown, visit: (element: ReferenceElement) => void): void {
  visitHolders(value, 'reference', visit)
}

/**
 * The resource with relative references and attachments in place of our own addresses, which mean the same record
 * (https://hl7.org/fhir/R4/references.html#literal); the resource itself when it has none.
 */
export function localizeReferences<Value>(resource: Value, bases: readonly string[]): Value {
  const local = (text: string) => {
    const base = bases.find((each) => text.startsWith(`${each}/`))
    const rest = base === undefined ? '' : text.slice(base.length + 1)
    return relativePattern.test(rest) ? rest : undefined
  }
  let isLocal = true
  const look = (text: string) => {
    if (text.startsWith('http') && local(text) !== undefined) isLocal = false
  }
  visitReferences(resource, ({ reference }) => look(reference))
  visitAttachments(resource, ({ url }) => look(url))
  if (isLocal) return resource
  const copy = copyExact(resource)
  visitReferences(copy, (element) => {
    element.reference = local(element.reference) ?? element.reference
  })
  visitAttachments(copy, (element) => {
    element.url = local(element.url) ?? element.url
  })
  return copy
}

/** An attachment of which the content is elsewhere: https://hl7.org/fhir/R4/datatypes.html#Attachment */
interface AttachmentElement {
  url: string
}

/** Calls `visit` with every object of a resource that has a `url`; that of an extension is never an address of a record. */
export function visitAttachments(value: unknown, visit: (element: AttachmentElement) => void): void {
  visitHolders(value, 'url', visit)
}

/** Calls `visit` with every object that has a text by this name. */
function visitHolders<Name extends string>(
  value: unknown,
  name: Name,
  visit: (element: Record<Name, string>) => void,
): void {
  if (Array.isArray(value)) {
    for (const each of value) if (typeof each === 'object') visitHolders(each, name, visit)
    return
  }
  if (typeof value !== 'object' || value === null) return
  // This is several times as fast as `for in`, which is slow for objects of so many shapes.
  for (const key of Object.keys(value)) {
    const child = (value as Record<string, unknown>)[key]
    if (typeof child === 'object') visitHolders(child, name, visit)
    else if (key === name && typeof child === 'string') visit(value as Record<Name, string>)
  }
}

/** Every reference text of a resource, in order, doubles included. */
export function listReferences(resource: unknown): string[] {
  const found: string[] = []
  visitReferences(resource, (element) => found.push(element.reference))
  return found
}

/** Every reference text with the path of its element within the resource, `.performer[0]`. */
export function locateReferences(resource: unknown): Array<{ text: string; path: string }> {
  const found: Array<{ text: string; path: string }> = []
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      for (const [index, each] of value.entries()) walk(each, `${path}[${index}]`)
      return
    }
    if (typeof value !== 'object' || value === null) return
    for (const [key, child] of Object.entries(value))
      if (key === 'reference' && typeof child === 'string') found.push({ text: child, path })
      else walk(child, `${path}.${key}`)
  }
  walk(resource, '')
  return found
}
