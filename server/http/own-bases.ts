/**
 * The bases of both APIs at both origins, without a slash at the end. An absolute reference below one of them means the same as
 * `Type/id` alone.
 */
export function ownBases({ fhirUrl, portalUrl }: { fhirUrl: string; portalUrl: string }): string[] {
  return [...new Set([fhirUrl, portalUrl])].flatMap((origin) => [
    `${origin}/fhir/r4`,
    `${origin}/onpatient_api/fhir`,
  ])
}
