import type { Resource } from 'fhir/r4'
import { isCitable } from '#fhir/compartment/compartment.ts'
import { parseReference, visitAttachments, visitReferences } from '#fhir/reference.ts'
import { type Identifiers, readIdentifierSearch } from './identifiers.ts'
import type { PracticeDirectory } from './practice-directory.ts'

/** The places where targets of references are looked up. */
export interface Surroundings {
  /** `Type/id` of the entries of the Bundle, by fullUrl. */
  addresses: ReadonlyMap<string, string>
  /** The resources of the Bundle. */
  own: Pick<Identifiers, 'find'>
  directory: PracticeDirectory
}

/** The reasons why references could not be resolved. */
export interface Unresolved {
  /** Faults that no later import can repair. */
  faults: string[]
  /** Targets that may still come in another file. */
  missing: string[]
}

/** Writes as `Type/id` every reference that has a meaning only inside its Bundle, or that is a search. */
export async function resolveReferences(resource: Resource, around: Surroundings): Promise<Unresolved> {
  const unresolved: Unresolved = { faults: [], missing: [] }
  const searches: Search[] = []
  try {
    visitReferences(resource, (element) => {
      const address = around.addresses.get(element.reference)
      if (address !== undefined) {
        element.reference = address
        return
      }
      const parsed = parseReference(element.reference)
      if (parsed.kind === 'conditional') searches.push({ element, type: parsed.type, query: parsed.query })
      else if (parsed.kind === 'urn')
        unresolved.faults.push(`It refers to ${parsed.text}, which no entry of its Bundle has as fullUrl.`)
    })
    visitAttachments(resource, (element) => {
      element.url = around.addresses.get(element.url) ?? element.url
    })
  } catch (error) {
    // The stack has no room for so many levels.
    if (!(error instanceof RangeError)) throw error
    unresolved.faults.push('It is nested too deeply.')
  }
  for (const search of searches) await resolveSearch(search, around, unresolved)
  return unresolved
}

interface Search {
  element: { reference: string }
  type: string
  query: string
}

/** Conditional references: FHIR R4 http.html#trules. */
async function resolveSearch(
  { element, type, query }: Search,
  { own, directory }: Surroundings,
  { faults, missing }: Unresolved,
): Promise<void> {
  const identifier = readIdentifierSearch(query)
  if (identifier === undefined) {
    faults.push(`It refers to ${element.reference}; only identifier=SYSTEM|VALUE can be looked up.`)
    return
  }
  const inBundle = own.find(type, identifier)
  const ids = inBundle.length > 0 ? inBundle : await directory.find(type, identifier)
  const [id, another] = ids
  if (another !== undefined)
    faults.push(`It refers to ${element.reference}, which ${ids.length} records match; it must be one.`)
  else if (id !== undefined) element.reference = `${type}/${id}`
  else if (isCitable(type))
    missing.push(
      `It refers to ${element.reference}, which neither its Bundle nor the practice has. Import the ${type} too.`,
    )
  else faults.push(`It refers to ${element.reference}: a ${type} is only looked up in the same Bundle.`)
}
