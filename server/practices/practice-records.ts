import type { Organization, Practitioner } from 'fhir/r4'

/** The Organization record of a practice that signs up; its address and numbers can be added later. */
export function organizationOf(id: string, name: string): Organization {
  return {
    resourceType: 'Organization',
    id,
    meta: { profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-organization'] },
    active: true,
    name,
    type: [
      {
        text: 'Healthcare Provider',
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/organization-type', code: 'prov' }],
      },
    ],
  }
}

/**
 * The Practitioner record of an account; the last word of the name is taken as the family name. It claims no profile: US Core wants an
 * identifier such as the NPI, which we do not know. The practice adds both.
 */
export function practitionerOf(id: string, displayName: string): Practitioner {
  const words = displayName.replace(/^(dr|prof)\.?\s+/i, '').split(/\s+/)
  const family = words.at(-1) ?? displayName
  const given = words.slice(0, -1)
  return {
    resourceType: 'Practitioner',
    id,
    meta: { profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-practitioner'] },
    // Its profile wants one, and nobody was asked for a National Provider Identifier.
    identifier: [{ use: 'usual', system: 'urn:onpatient:practitioner', value: id }],
    active: true,
    name: [{ use: 'official', text: displayName, family, ...(given.length > 0 ? { given } : {}) }],
  }
}
