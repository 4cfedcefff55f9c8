/** The OAuth end points in a CapabilityStatement, for clients that look for them there (SMART App Launch 2.2). */
export function oauthSecurity(portalUrl: string) {
  return {
    cors: true,
    service: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
            code: 'SMART-on-FHIR',
          },
        ],
        text: 'OAuth 2.0 with the scopes of SMART on FHIR',
      },
    ],
    extension: [
      {
        url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
        extension: [
          { url: 'authorize', valueUri: `${portalUrl}/o/authorize/` },
          { url: 'token', valueUri: `${portalUrl}/o/token/` },
          { url: 'revoke', valueUri: `${portalUrl}/o/revoke/` },
          { url: 'introspect', valueUri: `${portalUrl}/o/introspect/` },
          { url: 'manage', valueUri: `${portalUrl}/account/settings/connected-apps` },
        ],
      },
    ],
  }
}
