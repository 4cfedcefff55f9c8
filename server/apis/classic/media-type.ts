/** Always JSON, so that a browser never gets a page here. The media type has a FHIR name when the client asks by one. */
export function mediaTypeFor(accept: string | undefined): string {
  const asked = /application\/(?:fhir\+json|json\+fhir)/i.exec(accept ?? '')
  return `${asked ? asked[0].toLowerCase() : 'application/json'}; charset=utf-8`
}
