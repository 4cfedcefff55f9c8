import type { Resource } from 'fhir/r4'
import { stringifyExact } from '#fhir/exact-json.ts'

/** A resource as text, with its numbers as they were written, cut where the store puts the version in. */
export interface ContentParts {
  head: string
  tail: string
}

/**
 * Cuts once, so that the same content can be written under any version: a record whose text under the stored version
 * equals the stored text has not changed.
 */
export function splitContent(resource: Resource): ContentParts {
  const { resourceType, id, meta, ...rest } = resource
  const { versionId: _version, lastUpdated: _updated, ...kept } = meta ?? {}
  return {
    head: `{"resourceType":${JSON.stringify(resourceType)},"id":${JSON.stringify(id)},"meta":{"versionId":"`,
    tail: `${continueObject(kept)}${continueObject(rest)}`,
  }
}

/** The JSON text of one version. */
export function renderContent({ head, tail }: ContentParts, versionId: number, lastUpdated: number): string {
  return `${head}${versionId}","lastUpdated":"${new Date(lastUpdated).toISOString()}"${tail}`
}

/** The members of an object after others, with its closing brace. */
function continueObject(value: object): string {
  const text = stringifyExact(value)
  return text === '{}' ? '}' : `,${text.slice(1)}`
}
