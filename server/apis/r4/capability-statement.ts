import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4'
import { parametersOf, type SearchParameter } from '#fhir/search/parameters.ts'
import { oauthSecurity } from '../../http/oauth-security.ts'
import { isAnswered } from './interactions.ts'
import { listProfiles } from './known-profiles.ts'
import { r4Types } from './r4-types.ts'

export interface Stated {
  fhirUrl: string
  portalUrl: string
  checksReferences: boolean
}

/** What this API can do, and no more: https://hl7.org/fhir/R4/capabilitystatement.html */
export function capabilityStatement({ fhirUrl, portalUrl, checksReferences }: Stated): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    // The day of the last change of this statement.
    date: '2026-11-28',
    kind: 'instance',
    software: { name: 'onpatient' },
    implementation: { description: 'Patient access with onpatient', url: `${fhirUrl}/fhir/r4` },
    fhirVersion: '4.0.1',
    format: ['json', 'application/fhir+json'],
    patchFormat: ['application/json-patch+json'],
    instantiates: [usCoreServer, `${usCoreServer}|6.1.0`, `${usCoreServer}|8.0.0`],
    rest: [
      {
        mode: 'server',
        security: oauthSecurity(portalUrl),
        resource: r4Types.map((type) => describeType(type, { checksReferences })),
        interaction: (['transaction', 'batch', 'search-system'] as const).filter(isAnswered).map(toCode),
        compartment: ['http://hl7.org/fhir/CompartmentDefinition/patient'],
      },
    ],
  }
}

/** In the order of the standard: https://hl7.org/fhir/R4/valueset-type-restful-interaction.html */
const typeInteractions = [
  'read',
  'vread',
  'history-instance',
  'history-type',
  'search-type',
  'create',
  'update',
  'patch',
  'delete',
] as const

/** `only`: the one type that has the operation. */
const operations: ReadonlyArray<{ name: string; definition: string; only?: string }> = [
  { name: 'validate', definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate' },
  {
    name: 'docref',
    definition: 'http://hl7.org/fhir/us/core/OperationDefinition/docref',
    only: 'DocumentReference',
  },
  {
    name: 'everything',
    definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
    only: 'Patient',
  },
]

function toCode<Code extends string>(code: Code): { code: Code } {
  return { code }
}

const usCoreServer = 'http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server'

/**
 * `Type:parameter` of the references by which records of other types may name one of this type. `*` stands for the parameters
 * that may name a record of any type. Listed for each type they would be nearly half of the statement. Provenance is asked for by
 * name (US Core).
 */
function listRevIncludes(type: string): string[] {
  const isListed = (source: string, { targets, code }: SearchParameter) =>
    targets.length < r4Types.length || (source === 'Provenance' && code === 'target')
  const named = r4Types.flatMap((source) =>
    parametersOf(source)
      .filter((each) => each.type === 'reference' && each.targets.includes(type) && isListed(source, each))
      .map(({ code }) => `${source}:${code}`),
  )
  return ['*', ...named]
}

function describeType(
  type: string,
  { checksReferences }: { checksReferences: boolean },
): CapabilityStatementRestResource {
  const parameters = parametersOf(type)
  const references = parameters.filter((each) => each.type === 'reference')
  const profiles = listProfiles(type)
  return {
    type: type as CapabilityStatementRestResource['type'],
    ...(profiles.length > 0 ? { supportedProfile: profiles } : {}),
    interaction: typeInteractions.filter(isAnswered).map(toCode),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'full-support',
    conditionalUpdate: true,
    conditionalDelete: 'single',
    referencePolicy: checksReferences ? ['literal', 'logical', 'enforced'] : ['literal', 'logical'],
    ...(references.length > 0 ? { searchInclude: references.map(({ code }) => `${type}:${code}`) } : {}),
    searchRevInclude: listRevIncludes(type),
    searchParam: parameters.map(({ code, type: kind, url }) => ({ name: code, type: kind, definition: url })),
    operation: operations
      .filter(({ name, only }) => isAnswered(name) && (only === undefined || only === type))
      .map(({ name, definition }) => ({ name, definition })),
  }
}
