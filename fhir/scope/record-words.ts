import { type RecordTypeTable, recordTypes, rowOf } from './record-types.ts'
import type { FilterPart } from './scope.ts'

/** The words for a type; a type without a row keeps its name. */
export function labelOfType(type: string, table: RecordTypeTable = recordTypes): string {
  return rowOf(type, table)?.label ?? type
}

/** All types of the table in one sentence. */
export function describeEverything(table: RecordTypeTable = recordTypes): string {
  const words = [...new Set(Object.values(table).map(({ inShort }) => inShort))]
  return `Everything in the record: ${words.slice(0, -1).join(', ')}, and ${words.at(-1)}.`
}

/** The words for what a scope with a filter gives; a filter that no row describes is named by its codes. */
export function labelOfPart(
  type: string,
  filter: readonly FilterPart[],
  table: RecordTypeTable = recordTypes,
): string {
  const parts = filter.map(({ name, value }) => ({ name, codes: value.split(',').map(codeOf) }))
  const words = rowOf(type, table)?.parts ?? {}
  const known = parts.flatMap(({ name, codes }) => codes.map((code) => words[`${name}=${code}`]))
  if (parts.length === 1 && known.every((label) => label !== undefined)) return known.join('; ')
  const names = parts.map(({ name, codes }) => `${name.replaceAll('-', ' ')} ${codes.join(' or ')}`)
  return `${labelOfType(type, table)}, only those with ${names.join(' and ')}`
}

/** The code of `system|code`. */
function codeOf(token: string): string {
  return token.slice(token.lastIndexOf('|') + 1) || token
}
