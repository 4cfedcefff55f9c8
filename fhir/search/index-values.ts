import type { Resource } from 'fhir/r4'

export type IndexValue =
  | { kind: 'text'; param: string; value: string; system: string }
  | { kind: 'range'; param: string; low: number; high: number; unit: string }

export function indexValuesOf(_resource: Resource): IndexValue[] {
  return []
}
