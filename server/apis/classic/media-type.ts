/** JSON whatever is asked for, so that a browser never gets a page here; under a FHIR name to those who ask by it. */
export function mediaTypeFor(accept: string | undefined): string {
  const asked = /application\/(?:fhir\+json|json\+fhir)/i.exec(accept ?? '')
  return `${asked ? asked[0].toLowerCase() : 'application/json'}; charset=utf-8`
}
