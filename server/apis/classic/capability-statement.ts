import type { CapabilityStatement, CapabilityStatementRestResource } from 'fhir/r4'
import { oauthSecurity } from '../../http/oauth-security.ts'
import { classicTypes } from './classic-types.ts'

/** What the classic API can do, and no more: https://hl7.org/fhir/R4/capabilitystatement.html */
export function classicCapabilityStatement({
  fhirUrl,
  portalUrl,
}: {
  fhirUrl: string
  portalUrl: string
}): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    // The day of the last change of this statement.
    date: '2026-11-28',
    kind: 'instance',
    software: { name: 'onpatient' },
    implementation: {
      description: 'The classic API of onpatient: R4 resources, in lists of its own form',
      url: `${fhirUrl}/onpatient_api/fhir`,
    },
    fhirVersion: '4.0.1',
    format: ['json', 'application/fhir+json'],
    rest: [
      {
        mode: 'server',
        documentation:
          'A list answers {"count", "next", "previous", "results"} in place of a Bundle. /fhir/r4 is the same as FHIR R4 has it.',
        security: oauthSecurity(portalUrl),
        resource: classicTypes.map(({ type, hasPatient, hasDate }) => ({
          type: type as CapabilityStatementRestResource['type'],
          interaction: [{ code: 'read' }, { code: 'search-type' }],
          searchParam: [
            { name: '_id', type: 'token' },
            ...(hasPatient ? [{ name: 'patient', type: 'reference' } as const] : []),
            ...(hasDate ? [{ name: 'date', type: 'date' } as const] : []),
          ],
        })),
      },
    ],
  }
}
