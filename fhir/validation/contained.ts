import type { Findings } from './findings.ts'

type Fields = Record<string, unknown>

const none: ReadonlyMap<string, string> = new Map()

/** Types of the contained resources, by id. */
export function listContained(resource: Fields): ReadonlyMap<string, string> {
  const { contained } = resource
  if (!Array.isArray(contained)) return none
  const found = new Map<string, string>()
  for (const each of contained as Array<Fields | null>)
    if (typeof each?.id === 'string') found.set(each.id, String(each.resourceType))
  return found
}

/** https://hl7.org/fhir/R4/references.html#contained, the invariants dom-2 to dom-5 */
export function checkContained(resource: Fields, path: string, findings: Findings): void {
  const { contained } = resource
  if (!Array.isArray(contained)) return
  const used = fragmentsIn(resource)
  for (const [index, each] of (contained as unknown[]).entries())
    if (typeof each === 'object' && each !== null)
      checkOne(each as Fields, used, `${path}.contained[${index}]`, findings)
}

function checkOne(one: Fields, used: ReadonlySet<string>, path: string, findings: Findings): void {
  const { versionId, lastUpdated, security } = (one.meta ?? {}) as Fields
  const broken = (place: string, message: string) => findings.error('invariant', place, message)
  if (one.contained !== undefined)
    broken(`${path}.contained`, 'What is contained must not contain resources (dom-2).')
  if (versionId !== undefined || lastUpdated !== undefined)
    broken(`${path}.meta`, 'What is contained has no versionId and no lastUpdated (dom-4).')
  if (security !== undefined) broken(`${path}.meta`, 'What is contained has no security labels (dom-5).')
  if (!used.has(`#${one.id}`) && !fragmentsIn(one).has('#'))
    broken(path, 'Nothing refers to this contained resource: take it out, or refer to its id (dom-3).')
}

/** All texts that begin with # and could be a reference within the resource. */
function fragmentsIn(value: unknown): Set<string> {
  const found = new Set<string>()
  const waiting: unknown[] = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (typeof next === 'string' && next.startsWith('#')) found.add(next)
    else if (typeof next === 'object' && next !== null)
      for (const each of Object.values(next)) waiting.push(each)
  }
  return found
}
