import { canBeAboutNobody, canBeAboutPatient } from '#fhir/compartment/compartment.ts'
import { searchableTypes } from '#fhir/search/parameters.ts'

/** Types that are stored and searched: what the API serves. */
export const r4Types: readonly string[] = searchableTypes.filter(
  (type) => canBeAboutPatient(type) || canBeAboutNobody(type),
)

const known = new Set(r4Types)

export function isR4Type(type: string): boolean {
  return known.has(type)
}
