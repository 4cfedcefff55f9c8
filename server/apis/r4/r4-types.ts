import { canBeAboutNobody, canBeAboutPatient } from '#fhir/compartment/compartment.ts'
import { parametersOf, searchableTypes } from '#fhir/search/parameters.ts'

/** The types that the API serves: those that are stored and searched. */
export const r4Types: readonly string[] = searchableTypes.filter(
  (type) => canBeAboutPatient(type) || canBeAboutNobody(type),
)

const known = new Set(r4Types)

export function isR4Type(type: string): boolean {
  return known.has(type)
}

/** Each type with the codes of its search parameters, without those that every type has. */
export function describeR4Types(): Array<{ type: string; parameters: string[] }> {
  return r4Types.map((type) => ({
    type,
    parameters: parametersOf(type)
      .map(({ code }) => code)
      .filter((code) => code !== '_id' && code !== '_lastUpdated'),
  }))
}
