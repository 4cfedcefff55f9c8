/** The headers that name a version: https://hl7.org/fhir/R4/http.html#versioning */
export function versionHeaders(versionId: number, lastUpdated: string) {
  return { etag: `W/"${versionId}"`, 'last-modified': new Date(lastUpdated).toUTCString() }
}

/** Whether `If-None-Match` names a tag, or every one (RFC 9110 §13.1.2). */
export function matchesTag(tags: string | undefined, etag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return (tags ?? '').split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag))
}
