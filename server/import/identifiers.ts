import type { Resource } from 'fhir/r4'

/** Business identifiers of resources, matched as in a token search (FHIR R4 search.html#token). */
export interface Identifiers {
  add(resource: Resource): void
  /** Ids of the resources of a type. `text`: `system|value`, `|value` for no system, or `value` for any. */
  find(type: string, text: string): string[]
}

export function createIdentifiers(): Identifiers {
  const ids = new Map<string, Set<string>>()
  return {
    add(resource) {
      for (const { system, value } of identifiersOf(resource))
        for (const key of [withSystem(system, value), withAnySystem(value)]) {
          const name = `${resource.resourceType}?${key}`
          const known = ids.get(name)
          if (known) known.add(resource.id ?? '')
          else ids.set(name, new Set([resource.id ?? '']))
        }
    },
    find(type, text) {
      return [...(ids.get(`${type}?${text.includes('|') ? text : withAnySystem(text)}`) ?? [])]
    },
  }
}

function withSystem(system: string, value: string): string {
  return `${system}|${value}`
}

/**
 * The key starts with a text with which neither a system nor a search can start, so that a value with a bar is not taken for
 * both.
 */
function withAnySystem(value: string): string {
  return `\n${value}`
}

function identifiersOf(resource: Resource): Array<{ system: string; value: string }> {
  const { identifier } = resource as { identifier?: unknown }
  const all = Array.isArray(identifier) ? identifier : []
  return all.flatMap((each: { system?: unknown; value?: unknown } | null) =>
    typeof each?.value === 'string'
      ? [{ system: typeof each.system === 'string' ? each.system : '', value: each.value }]
      : [],
  )
}

/** The value of `identifier=` in a search text; undefined for every other search. */
export function readIdentifierSearch(search: string): string | undefined {
  const params = new URLSearchParams(search)
  const [name, ...others] = params.keys()
  return name === 'identifier' && others.length === 0 ? (params.get('identifier') ?? undefined) : undefined
}
