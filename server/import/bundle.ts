import type { Bundle, BundleEntry, Resource } from 'fhir/r4'
import { isResourceId, parseReference } from '#fhir/reference.ts'
import { createIdentifiers, readIdentifierSearch } from './identifiers.ts'
import type { PracticeDirectory } from './practice-directory.ts'
import type { Surroundings } from './resolve-references.ts'

/** The action for one entry, in the order of the Bundle. */
export type PreparedEntry =
  | { kind: 'record'; resource: Resource }
  /** A conditional create whose record exists already. */
  | { kind: 'present' }
  | { kind: 'refused'; reason: string }

/** A history holds old versions, and a message holds orders. The other types hold current records. */
const importedTypes = ['transaction', 'batch', 'collection', 'searchset', 'document']

/** The reason why a Bundle as a whole is not imported, or undefined. */
export function findBundleFault({ type, entry }: Bundle): string | undefined {
  if (!importedTypes.includes(type))
    return `A Bundle of type ${JSON.stringify(type) ?? 'unknown'} is not imported, only ${importedTypes.join(', ')}.`
  if (entry !== undefined && !Array.isArray(entry)) return 'The entries of the Bundle are not a list.'
  return undefined
}

interface BundleDeps {
  directory: PracticeDirectory
  /** An id for a resource that has none. */
  makeId(resource: Resource): string
}

/** The entries with their final ids, and the map that resolves their references. */
export async function prepareBundle(
  bundle: Bundle,
  { directory, makeId }: BundleDeps,
): Promise<{ entries: PreparedEntry[]; around: Surroundings }> {
  const addresses = new Map<string, string>()
  const own = createIdentifiers()
  const entries: PreparedEntry[] = []
  for (const entry of bundle.entry ?? []) {
    const existing = await findExisting(entry, directory)
    const fault = findEntryFault(entry) ?? existing.fault
    if (fault !== undefined) {
      entries.push({ kind: 'refused', reason: fault })
      continue
    }
    const named = nameResource(entry, makeId)
    const isUpdate = entry.request?.method === 'PUT'
    const id = existing.id ?? named.id
    const resource = isUpdate && named.id !== id ? ({ ...named, id } as Resource) : named
    if (typeof entry.fullUrl === 'string') addresses.set(entry.fullUrl, `${resource.resourceType}/${id}`)
    if (resource.id === id) own.add(resource)
    entries.push(resource.id === id ? { kind: 'record', resource } : { kind: 'present' })
  }
  return { entries, around: { addresses, own, directory } }
}

function findEntryFault(entry: BundleEntry | null): string | undefined {
  const method = entry?.request?.method
  if (method !== undefined && method !== 'PUT' && method !== 'POST')
    return `${JSON.stringify(method)} is not imported, only POST and PUT.`
  const type = entry?.resource?.resourceType
  if (typeof type !== 'string') return 'It has no resource with a resourceType.'
  const target = targetOf(entry)
  if (target && target.type !== type) return `It puts a ${type} to ${entry?.request?.url}.`
  if (target && entry?.resource?.id !== undefined && entry.resource.id !== target.id)
    return `It puts ${type}/${entry.resource.id} to ${entry.request?.url}.`
  return undefined
}

/** The target of a PUT to one record. */
function targetOf(entry: BundleEntry | null): { type: string; id: string } | undefined {
  if (entry?.request?.method !== 'PUT') return undefined
  const parsed = parseReference(entry.request.url)
  return parsed.kind === 'relative' ? parsed : undefined
}

/** Conditional create and update (FHIR R4 http.html#ccreate, #cond-update), by identifier. */
async function findExisting(
  entry: BundleEntry | null,
  directory: PracticeDirectory,
): Promise<{ id?: string; fault?: string }> {
  const search = conditionOf(entry)
  if (search === undefined) return {}
  const identifier = readIdentifierSearch(search)
  if (identifier === undefined) return { fault: `Its condition ${search} is not identifier=SYSTEM|VALUE.` }
  const [id, another] = await directory.find(String(entry?.resource?.resourceType), identifier)
  if (another !== undefined) return { fault: `Several records match its condition ${search}.` }
  return id === undefined ? {} : { id }
}

function conditionOf(entry: BundleEntry | null): string | undefined {
  const { method, ifNoneExist, url } = entry?.request ?? {}
  if (method === 'POST' && typeof ifNoneExist === 'string') return ifNoneExist.replace(/^[^?]*\?/, '')
  const parsed = method === 'PUT' ? parseReference(url) : undefined
  return parsed?.kind === 'conditional' ? parsed.query : undefined
}

/** The resource with its own id, else the id of its addresses, else a new one. */
function nameResource(entry: BundleEntry, makeId: (resource: Resource) => string): Resource {
  const resource = entry.resource as Resource
  if (resource.id !== undefined) return resource
  const ofUrl = /([^/:]+)$/.exec(String(entry.fullUrl ?? ''))?.[1]
  const id = targetOf(entry)?.id ?? (isResourceId(ofUrl) ? ofUrl : makeId(resource))
  return { ...resource, id }
}
