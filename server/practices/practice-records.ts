import type { Organization, Practitioner } from 'fhir/r4'

/** The Organization record of a practice that signs up. The practice can add address and numbers later. */
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
 * The Practitioner record of an account. The last word of the name counts as the family name. US Core wants an identifier. Nobody was asked
 * for a National Provider Identifier, so the record has one of ours. The practice can add its own.
 */
export function practitionerOf(id: string, displayName: string): Practitioner {
  const words = displayName.replace(/^(dr|prof)\.?\s+/i, '').split(/\s+/)
  const family = words.at(-1) ?? displayName
  const given = words.slice(0, -1)
  return {
    resourceType: 'Practitioner',
    id,
    meta: { profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-practitioner'] },
    identifier: [{ use: 'usual', system: 'urn:onpatient:practitioner', value: id }],
    active: true,
    name: [{ use: 'official', text: displayName, family, ...(given.length > 0 ? { given } : {}) }],
  }
}
