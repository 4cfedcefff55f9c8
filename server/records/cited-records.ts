import type { Resource } from 'fhir/r4'
import { isAttachable, isCitable } from '#fhir/compartment/compartment.ts'
import { listReferences, parseReference, visitAttachments } from '#fhir/reference.ts'

/** Shared records that a resource cites, and those attached to it, each once. */
export function findCitations(resource: Resource): Array<{ type: string; id: string }> {
  const seen = new Map<string, { type: string; id: string }>()
  const add = (text: string, isCited: (type: string) => boolean) => {
    if (seen.has(text)) return
    const parsed = parseReference(text)
    if (parsed.kind === 'relative' && isCited(parsed.type))
      seen.set(`${parsed.type}/${parsed.id}`, { type: parsed.type, id: parsed.id })
  }
  for (const text of listReferences(resource)) add(text, isCitable)
  visitAttachments(resource, ({ url }) => add(url, isAttachable))
  return [...seen.values()]
}
