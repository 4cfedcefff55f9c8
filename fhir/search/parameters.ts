import type { SearchParameter } from './search-parameter.ts'
import { readTable } from './search-table.ts'

export type { SearchParameter } from './search-parameter.ts'

const parametersByType = readTable()

/** Undefined when the type has no such parameter, or is not one that can be searched. */
export function findParameter(resourceType: string, code: string): SearchParameter | undefined {
  return parametersByType.get(resourceType)?.get(code)
}

const listByType = new Map([...parametersByType].map(([type, byCode]) => [type, [...byCode.values()]]))

/** All parameters of a type, the common ones (`_id`, `_tag`) included, in the order of their codes. */
export function parametersOf(resourceType: string): readonly SearchParameter[] {
  return listByType.get(resourceType) ?? []
}

/** The types that have search parameters, in alphabetical order. */
export const searchableTypes: readonly string[] = [...parametersByType.keys()]
