import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4'
import { parametersOf } from '#fhir/search/parameters.ts'
import { r4Types } from './r4-types.ts'
import { usCoreProfiles } from './us-core-profiles.ts'

/** What this API can do, and no more: https://hl7.org/fhir/R4/capabilitystatement.html */
export function capabilityStatement({
  fhirUrl,
  portalUrl,
}: {
  fhirUrl: string
  portalUrl: string
}): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    // The day on which what is stated last changed.
    date: '2026-11-24',
    kind: 'instance',
    software: { name: 'onpatient' },
    implementation: { description: 'Patient access with onpatient', url: `${fhirUrl}/fhir/r4` },
    fhirVersion: '4.0.1',
    format: ['json', 'application/fhir+json'],
    instantiates: ['http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server'],
    rest: [
      {
        mode: 'server',
        security: securityOf(portalUrl),
        resource: r4Types.map(describeType),
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
      },
    ],
  }
}

/** SMART App Launch 2.2, the OAuth end points for clients that read them here. */
function securityOf(portalUrl: string) {
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

function describeType(type: string): CapabilityStatementRestResource {
  const parameters = parametersOf(type)
  const references = parameters.filter((each) => each.type === 'reference')
  const profiles = usCoreProfiles[type]
  return {
    type: type as CapabilityStatementRestResource['type'],
    ...(profiles
      ? {
          supportedProfile: profiles.map((name) => `http://hl7.org/fhir/us/core/StructureDefinition/${name}`),
        }
      : {}),
    interaction: [
      { code: 'read' },
      { code: 'vread' },
      { code: 'history-instance' },
      { code: 'history-type' },
      { code: 'search-type' },
      { code: 'create' },
      { code: 'update' },
      { code: 'patch' },
      { code: 'delete' },
    ],
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'full-support',
    conditionalUpdate: true,
    conditionalDelete: 'not-supported',
    referencePolicy: ['literal', 'enforced'],
    ...(references.length > 0 ? { searchInclude: references.map(({ code }) => `${type}:${code}`) } : {}),
    searchParam: parameters.map(({ code, type: kind, url }) => ({ name: code, type: kind, definition: url })),
    operation: [
      { name: 'validate', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate' },
      ...(type === 'Patient'
        ? [
            {
              name: 'everything',
              definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
            },
          ]
        : []),
    ],
  }
}
