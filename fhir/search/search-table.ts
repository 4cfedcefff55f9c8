import type { SearchParameter } from './parameters.ts'
export function readTable(): Map<string, Map<string, SearchParameter>> { return new Map() }
