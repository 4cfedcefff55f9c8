import type { Resource } from 'fhir/r4'
import { identifiersOf } from './bundle.ts'

/** Finds shared records of the practice by business identifier. */
export interface IdentifierIndex {
  /** `identifier`: `system|value`, or a value alone. Undefined when none or several have it. */
  find(type: string, identifier: string): Promise<string | undefined>
  /** A record that was just imported. */
  add(resource: Resource): void
}

/** Reads the records of a type when they are first asked for; most imports ask for none. */
export function createIdentifierIndex(listShared: (type: string) => Promise<string[]>): IdentifierIndex {
  const types = new Map<string, Map<string, Set<string>>>()

  function put(ids: Map<string, Set<string>>, resource: Resource): void {
    for (const identifier of identifiersOf(resource))
      for (const key of [identifier, identifier.slice(identifier.indexOf('|') + 1)])
        ids.set(key, (ids.get(key) ?? new Set()).add(resource.id ?? ''))
  }

  return {
    async find(type, identifier) {
      let ids = types.get(type)
      if (!ids) {
        ids = new Map()
        types.set(type, ids)
        for (const content of await listShared(type)) put(ids, JSON.parse(content) as Resource)
      }
      const [id, another] = ids.get(identifier) ?? []
      return another === undefined ? id : undefined
    },
    add(resource) {
      const ids = types.get(resource.resourceType)
      if (ids) put(ids, resource)
    },
  }
}
