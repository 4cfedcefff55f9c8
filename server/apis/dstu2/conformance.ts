interface ConformanceUrls {
  portalUrl: string
  offersRegistration: boolean
}

/**
 * What this base can do, in DSTU2: https://hl7.org/fhir/DSTU2/conformance.html. It serves no type of record yet. DSTU2 requires a
 * type, so it lists this statement alone. Clients read it to find the authorization server.
 */
export function conformance({ portalUrl, offersRegistration }: ConformanceUrls): object {
  return {
    resourceType: 'Conformance',
    id: 'onpatient',
    status: 'active',
    // The day of the last change of this statement.
    date: '2026-11-28',
    kind: 'instance',
    software: { name: 'onpatient' },
    implementation: { description: 'Patient access with onpatient', url: `${portalUrl}/api/fhir` },
    fhirVersion: '1.0.2',
    acceptUnknown: 'both',
    format: ['application/json+fhir', 'application/json'],
    rest: [
      {
        mode: 'server',
        documentation:
          'This base says where people and applications are authorized. Records are served at the R4 base.',
        security: securityOf({ portalUrl, offersRegistration }),
        resource: [{ type: 'Conformance', interaction: [{ code: 'read' }] }],
      },
    ],
  }
}

/** The OAuth end points where clients of 2016 look for them (SMART, capability statement). */
function securityOf({ portalUrl, offersRegistration }: ConformanceUrls): object {
  return {
    extension: [
      {
        url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris',
        extension: [
          { url: 'authorize', valueUri: `${portalUrl}/o/authorize/` },
          { url: 'token', valueUri: `${portalUrl}/o/token/` },
          { url: 'manage', valueUri: `${portalUrl}/account/settings/connected-apps` },
          ...(offersRegistration ? [{ url: 'register', valueUri: `${portalUrl}/o/register/` }] : []),
        ],
      },
    ],
    cors: true,
    service: [
      {
        coding: [{ system: 'http://hl7.org/fhir/restful-security-service', code: 'SMART-on-FHIR' }],
        text: 'OAuth 2.0 with the scopes of SMART on FHIR',
      },
    ],
  }
}
