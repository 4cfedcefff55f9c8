import { createHash } from 'node:crypto'
import type { Bundle, BundleEntry, Resource } from 'fhir/r4'
import { isResourceId, parseReference, visitReferences } from '#fhir/reference.ts'
import type { IdentifierIndex } from './identifier-index.ts'

interface BundleProblem {
  /** `Patient/123` or `entry 3`. */
  place: string
  reason: string
}

const importedTypes = ['transaction', 'batch', 'collection', 'searchset', 'history', 'document']

/**
 * The resources of a Bundle with their final ids, and every reference between them written as `Type/id`
 * (FHIR R4 bundle.html#references and http.html#trules).
 */
export async function prepareBundle(
  bundle: Bundle,
  index: IdentifierIndex,
): Promise<{ resources: Resource[]; problems: BundleProblem[] }> {
  if (!importedTypes.includes(bundle.type))
    return {
      resources: [],
      problems: [{ place: 'Bundle', reason: `A Bundle of type ${bundle.type} is not imported.` }],
    }
  const problems: BundleProblem[] = []
  const resources: Resource[] = []
  const addresses = new Map<string, string>()
  const entries = Array.isArray(bundle.entry) ? bundle.entry : []
  for (const [position, entry] of entries.entries()) {
    const place = `entry ${position + 1}`
    const fault = findFault(entry)
    if (fault) {
      problems.push({ place, reason: fault })
      continue
    }
    const resource = withId(entry)
    const known = await findExisting(entry, index)
    const address = `${resource.resourceType}/${known ?? resource.id}`
    if (entry.fullUrl) addresses.set(entry.fullUrl, address)
    // It is there already, under the id that the references now get.
    if (known === undefined || known === resource.id) resources.push(resource)
  }
  const own = createOwnIndex(resources)
  for (const resource of resources)
    problems.push(...(await resolveReferences(resource, addresses, own, index)))
  return { resources, problems }
}

function findFault(entry: BundleEntry): string | undefined {
  const method = entry?.request?.method
  if (method !== undefined && method !== 'PUT' && method !== 'POST') return `${method} is not imported.`
  if (typeof entry?.resource?.resourceType !== 'string') return 'It has no resource with a resourceType.'
  return undefined
}

/** The id as it stands, else that of its `urn:uuid:`, else one made of the content: the same again at the next import. */
function withId({ resource, fullUrl }: BundleEntry): Resource {
  const found = resource as Resource
  if (found.id !== undefined) return found
  const uuid = /^urn:uuid:(.+)$/.exec(fullUrl ?? '')?.[1]
  const id = isResourceId(uuid)
    ? uuid
    : createHash('sha256').update(JSON.stringify(found)).digest('hex').slice(0, 32)
  return { ...found, id }
}

/** Conditional create (FHIR R4 http.html#ccreate), by identifier. */
async function findExisting(
  { request, resource }: BundleEntry,
  index: IdentifierIndex,
): Promise<string | undefined> {
  const identifier = identifierOf(request?.ifNoneExist)
  return identifier === undefined ? undefined : index.find(resource?.resourceType ?? '', identifier)
}

/** The value of `identifier=` in a search text; undefined for every other search. */
function identifierOf(query: string | undefined): string | undefined {
  if (query === undefined) return undefined
  const params = new URLSearchParams(query.replace(/^.*\?/, ''))
  const [name, ...others] = params.keys()
  return name === 'identifier' && others.length === 0 ? (params.get('identifier') ?? undefined) : undefined
}

/** Identifiers of the Bundle's own resources, whichever type they are of. */
function createOwnIndex(resources: Resource[]): Map<string, string> {
  const own = new Map<string, string>()
  for (const resource of resources)
    for (const identifier of identifiersOf(resource))
      own.set(`${resource.resourceType}?${identifier}`, resource.id ?? '')
  return own
}

async function resolveReferences(
  resource: Resource,
  addresses: ReadonlyMap<string, string>,
  own: ReadonlyMap<string, string>,
  index: IdentifierIndex,
): Promise<BundleProblem[]> {
  const problems: BundleProblem[] = []
  const conditional: Array<{ element: { reference: string }; type: string; query: string }> = []
  const place = `${resource.resourceType}/${resource.id}`
  visitReferences(resource, (element) => {
    const address = addresses.get(element.reference)
    const parsed = parseReference(element.reference)
    if (address !== undefined) element.reference = address
    else if (parsed.kind === 'conditional') conditional.push({ element, ...parsed })
    else if (parsed.kind === 'urn')
      problems.push({ place, reason: `It refers to ${parsed.text}, which is not in the Bundle.` })
  })
  for (const { element, type, query } of conditional) {
    const identifier = identifierOf(query)
    const id =
      identifier === undefined
        ? undefined
        : (own.get(`${type}?${identifier}`) ?? (await index.find(type, identifier)))
    if (id !== undefined) element.reference = `${type}/${id}`
    else
      problems.push({
        place,
        reason: `It refers to ${type}?${query}, which neither the Bundle nor the practice has. Import the ${type} first.`,
      })
  }
  return problems
}

/** `system|value` of every identifier of a resource. */
export function identifiersOf(resource: Resource): string[] {
  const { identifier } = resource as { identifier?: unknown }
  const all = Array.isArray(identifier) ? identifier : []
  return all.flatMap((each: { system?: string; value?: string }) =>
    each?.value === undefined ? [] : [`${each.system ?? ''}|${each.value}`],
  )
}
