/**
 * The addresses by which a record here can be named from outside, without a slash at the end: of both APIs, at either origin. What lies below them means the
 * same as `Type/id` alone.
 */
export function ownBases({ fhirUrl, portalUrl }: { fhirUrl: string; portalUrl: string }): string[] {
  return [...new Set([fhirUrl, portalUrl])].flatMap((origin) => [
    `${origin}/fhir/r4`,
    `${origin}/onpatient_api/fhir`,
  ])
}
