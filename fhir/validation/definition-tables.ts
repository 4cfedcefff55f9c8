/** The shape of the generated tables; see tools/compile-profiles.ts. */

/** r4-definitions.json */
export interface R4Table {
  /** Resources, data types, and the elements that have elements of their own, by path: `Patient.contact`. */
  types: Record<string, TypeRow>
  invariants: Record<string, InvariantRow>
  valueSets: Record<string, CodesRow>
}

export interface TypeRow {
  kind: 'resource' | 'complex' | 'primitive'
  extends?: string
  /** Keys of invariants, asked of the whole. */
  invariants?: string[]
  /**
   * By name, `deceased[x]` for a choice: how many, of which types (with the types that a reference may lead to), keys of
   * invariants, and the value set whose codes alone may stand: `0..* Reference(Patient,Group) !inv-1 #set`.
   */
  elements?: Record<string, string>
}

export interface InvariantRow {
  /** FHIRPath */
  expression: string
  human: string
  isWarning?: true
}

/** Codes by their system. */
export type CodesRow = Record<string, string[]>

/** profiles.json: the rules that profiles of R4 and US Core add to R4. */
export interface ProfileTable {
  /** Places in `nodes`, by address and version. */
  profiles: Record<string, { type: string; versions: Record<string, number> }>
  nodes: ProfileNode[]
  invariants: Record<string, InvariantRow>
  valueSets: Record<string, CodesRow>
}

/** The rules of a profile for one element, where they are stricter than R4. */
export interface ProfileNode {
  min?: number
  max?: number
  /** The types of a choice that the profile allows. */
  types?: string[]
  /** The types to which the profile lets a reference lead. */
  targets?: string[]
  fixed?: unknown
  pattern?: unknown
  /** The value set whose codes alone may stand. */
  codes?: string
  invariants?: string[]
  elements?: Record<string, ProfileNode>
  slices?: Record<string, SliceNode>
  /** Nothing but what the slices describe may stand. */
  isClosed?: true
}

export interface SliceNode extends ProfileNode {
  /** The tests that a value of the slice must pass, all of them. */
  when: SliceTest[]
}

/** A test of the values at a path within the value. One of them must pass. */
export interface SliceTest {
  path: string[]
  fixed?: unknown
  pattern?: unknown
  codes?: string
}
