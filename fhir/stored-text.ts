import type { Resource } from 'fhir/r4'
import { stringifyExact } from './exact-json.ts'

/** A resource as text, with its numbers as they were written, cut where the store puts the version in. */
export interface ContentParts {
  head: string
  tail: string
}

/**
 * Cuts once, so that the same content can be written under any version: a record has not changed when its text under the stored
 * version equals the stored text.
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

/** What each stored text begins with. */
export interface StoredHead {
  type: string
  id: string
  versionId: number
  /** An instant as text. */
  lastUpdated: string
}

const headPattern =
  /^\{"resourceType":"(\w+)","id":"([A-Za-z0-9\-.]+)","meta":\{"versionId":"(\d+)","lastUpdated":"([^"]+)"/

/** Reads the beginning of a text that `renderContent` has made, without parsing the rest. Throws for any other text. */
export function readStoredHead(content: string): StoredHead {
  const [, type, id, versionId, lastUpdated] = headPattern.exec(content) ?? []
  if (type === undefined || id === undefined || lastUpdated === undefined)
    throw new Error('a stored text does not begin with its type, id, version and time')
  return { type, id, versionId: Number(versionId), lastUpdated }
}

/** Type and id at the beginning of the text of any resource; undefined without an id there. */
export function findAddress(content: string): { type: string; id: string } | undefined {
  const [, type, id] = /^\{"resourceType":"(\w+)","id":"([A-Za-z0-9\-.]+)"/.exec(content) ?? []
  return type === undefined || id === undefined ? undefined : { type, id }
}
