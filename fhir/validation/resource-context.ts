import type { Findings } from './findings.ts'
import type { Work } from './invariant-place.ts'
import type { NamedInvariant, TypeDefinition, Types } from './types.ts'

export type Fields = Record<string, unknown>

/** What is the same for all resources of one validation. */
export interface Walk {
  types: Types
  findings: Findings
  /** The work that is left for invariants. */
  work: Work
  /** Called with every resource, and every extension: both may have definitions of their own. */
  visitResource(resource: Fields, type: TypeDefinition, path: string, context: ResourceContext): void
  visitExtension(extension: Fields, path: string, context: ResourceContext): void
}

/** The resource that is being checked, and the means to report issues. */
export interface ResourceContext extends Walk {
  resource: Fields
  /** The one that contains it, else itself. */
  rootResource: Fields
  /** Types of the contained resources, by id. */
  contained: ReadonlyMap<string, string>
}

export function checkInvariants(
  invariants: readonly NamedInvariant[],
  value: unknown,
  { path, type }: { path: string; type: string },
  { findings, resource, rootResource, work }: ResourceContext,
): void {
  for (const { key, human, isWarning, holds } of invariants)
    if (!holds({ value, resource, rootResource, type, work }))
      findings.add({
        severity: isWarning ? 'warning' : 'error',
        code: 'invariant',
        expression: path,
        message: `${human} (${key})`,
      })
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
