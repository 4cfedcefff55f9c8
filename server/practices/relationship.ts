import type { CodeableConcept } from 'fhir/r4'

/** Words that people use for a relationship, and their codes: https://terminology.hl7.org/CodeSystem-v3-RoleCode.html */
const roleCodes: Record<string, [code: string, display: string]> = {
  mother: ['MTH', 'mother'],
  mom: ['MTH', 'mother'],
  father: ['FTH', 'father'],
  dad: ['FTH', 'father'],
  parent: ['PRN', 'parent'],
  stepparent: ['STPPRN', 'step parent'],
  stepmother: ['STPMTH', 'stepmother'],
  stepfather: ['STPFTH', 'stepfather'],
  grandparent: ['GRPRN', 'grandparent'],
  grandmother: ['GRMTH', 'grandmother'],
  grandfather: ['GRFTH', 'grandfather'],
  guardian: ['GUARD', 'guardian'],
  'legal guardian': ['GUARD', 'guardian'],
  'power of attorney': ['POWATT', 'power of attorney'],
  spouse: ['SPS', 'spouse'],
  husband: ['HUSB', 'husband'],
  wife: ['WIFE', 'wife'],
  partner: ['DOMPART', 'domestic partner'],
  child: ['CHILD', 'child'],
  son: ['SONC', 'son'],
  daughter: ['DAUC', 'daughter'],
  sibling: ['SIB', 'sibling'],
  brother: ['BRO', 'brother'],
  sister: ['SIS', 'sister'],
  aunt: ['AUNT', 'aunt'],
  uncle: ['UNCLE', 'uncle'],
  friend: ['FRND', 'unrelated friend'],
  neighbor: ['NBOR', 'neighbor'],
}

/** The relationship of a proxy, with a code when the words have one. */
export function relationshipOf(words: string): CodeableConcept {
  const text = words.trim() || 'caregiver'
  const found = roleCodes[text.toLowerCase()]
  if (found === undefined) return { text }
  const [code, display] = found
  return { text, coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code, display }] }
}
