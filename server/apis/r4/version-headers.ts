/** The headers that name a version: https://hl7.org/fhir/R4/http.html#versioning */
export function versionHeaders(versionId: number, lastUpdated: string) {
  return { etag: `W/"${versionId}"`, 'last-modified': new Date(lastUpdated).toUTCString() }
}
