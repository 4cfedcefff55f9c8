import type { Field, Types } from './types.ts'

type Fields = Record<string, unknown>

/** The new form of an address. Undefined leaves it as it is. */
export type Rewrite = (address: string) => string | undefined

/** Elements of these types are links; canonicals are not (https://hl7.org/fhir/R4/http.html#trules). */
const links = new Set(['uri', 'url', 'oid', 'uuid'])

/**
 * Rewrites the addresses in a resource where they stand: in elements that are links by their type, and in `<a href>` and `<img
 * src>` of narratives. References are not rewritten here.
 */
export function rewriteAddresses(types: Types, resource: Fields, rewrite: Rewrite): void {
  rewriteValue(resource, 'Resource', { types, rewrite })
}

interface Context {
  types: Types
  rewrite: Rewrite
}

function rewriteValue(value: unknown, typeName: string, context: Context): void {
  if (Array.isArray(value)) {
    for (const each of value) rewriteValue(each, typeName, context)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const fields = value as Fields
  const type = context.types.find(typeName === 'Resource' ? String(fields.resourceType) : typeName)
  for (const key of Object.keys(fields)) {
    // Beside a primitive stand its extensions.
    if (key.startsWith('_')) rewriteValue(fields[key], 'Element', context)
    const field = type?.fields.get(key)
    if (field) rewriteField(fields, key, field, context)
  }
}

function rewriteField(
  fields: Fields,
  key: string,
  { definition, isPrimitive }: Field,
  context: Context,
): void {
  const value = fields[key]
  if (!isPrimitive) rewriteValue(value, definition, context)
  else if (links.has(definition)) fields[key] = rewriteLink(value, context.rewrite)
  else if (definition === 'xhtml' && typeof value === 'string')
    fields[key] = rewriteNarrative(value, context.rewrite)
}

function rewriteLink(value: unknown, rewrite: Rewrite): unknown {
  if (Array.isArray(value)) return value.map((each) => rewriteLink(each, rewrite))
  return typeof value === 'string' ? (rewrite(value) ?? value) : value
}

/** The attributes of one tag. No tag of a real narrative is longer than this. */
const linkAttribute = /(<(?:a|img)\b[^<>]{0,2000}?\s(?:href|src)\s*=\s*)("|')([^"'<>]{1,2000})\2/gi

function rewriteNarrative(xhtml: string, rewrite: Rewrite): string {
  return xhtml.replace(linkAttribute, (whole, before: string, quote: string, address: string) => {
    const written = rewrite(address)
    return written === undefined ? whole : `${before}${quote}${written}${quote}`
  })
}
