import type { Resource } from 'fhir/r4'
import { isCitable } from '#fhir/compartment/compartment.ts'
import { createIdentifiers } from './identifiers.ts'
import type { WriteQueue } from './write-queue.ts'

/** The shared records of the practice (Practitioner, Organization, Location and the like) by identifier. */
export interface PracticeDirectory {
  /**
   * Like `Identifiers.find`. Records about patients are never found, because an identifier does not prove who a record is about.
   */
  find(type: string, text: string): Promise<string[]>
  /** A record that was just imported. */
  add(resource: Resource): void
}

/** Reads the records of a type at their first use. Most imports need none. */
export function createPracticeDirectory(
  listShared: (type: string) => Promise<string[]>,
  writes: Pick<WriteQueue, 'settled'>,
): PracticeDirectory {
  const identifiers = createIdentifiers()
  const loaded = new Set<string>()
  return {
    async find(type, text) {
      if (!isCitable(type)) return []
      // Records that are being written are added when the write has ended.
      await writes.settled(type)
      if (!loaded.has(type))
        for (const content of await listShared(type)) identifiers.add(JSON.parse(content) as Resource)
      loaded.add(type)
      return identifiers.find(type, text)
    },
    add(resource) {
      if (loaded.has(resource.resourceType)) identifiers.add(resource)
    },
  }
}
