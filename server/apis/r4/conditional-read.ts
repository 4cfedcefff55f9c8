import { readStoredHead } from '#fhir/stored-text.ts'
import type { Asked } from './answer.ts'

/** The headers that name a version: https://hl7.org/fhir/R4/http.html#versioning */
export function versionHeaders(versionId: number, lastUpdated: string) {
  return { etag: `W/"${versionId}"`, 'last-modified': new Date(lastUpdated).toUTCString() }
}

/**
 * The version headers of a stored text, and whether the client has this version already
 * (https://hl7.org/fhir/R4/http.html#cread; RFC 9110 §13.2.2: an entity tag decides before a date).
 */
export function compareVersion({ headers: asked }: Pick<Asked, 'headers'>, content: string) {
  const { versionId, lastUpdated } = readStoredHead(content)
  const headers = versionHeaders(versionId, lastUpdated)
  const { 'if-none-match': tags, 'if-modified-since': since } = asked
  const known = since === undefined ? Number.NaN : Date.parse(since)
  const isUnchanged =
    tags === undefined
      ? Math.floor(Date.parse(lastUpdated) / 1000) * 1000 <= known
      : matchesTag(tags, headers.etag)
  return { headers, isUnchanged }
}

/** Whether `If-None-Match` names a tag, or every one (RFC 9110 §13.1.2). */
export function matchesTag(tags: string | undefined, etag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return (tags ?? '').split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag))
}
