/** The addresses of this server, for the pages and their examples. */
export interface Addresses {
  portal: string
  authorize: string
  token: string
  revoke: string
  introspect: string
  /** The base of the classic API. */
  classic: string
  /** The base of the FHIR R4 API. */
  r4: string
  settings: string
  tutorial: string
  documentation: string
}

export function addressesOf(portalUrl: string, fhirUrl: string): Addresses {
  return {
    portal: portalUrl,
    authorize: `${portalUrl}/o/authorize/`,
    token: `${portalUrl}/o/token/`,
    revoke: `${portalUrl}/o/revoke/`,
    introspect: `${portalUrl}/o/introspect/`,
    classic: `${fhirUrl}/onpatient_api/fhir`,
    r4: `${fhirUrl}/fhir/r4`,
    settings: `${portalUrl}/account/settings`,
    tutorial: `${portalUrl}/api_fhir/api-docs/tutorial`,
    documentation: `${portalUrl}/api_fhir/api-docs/documentation`,
  }
}
