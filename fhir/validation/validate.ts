import type { Terminology } from '../search/modifiers.ts'
import type { ValidationIssue } from './findings.ts'
import type { Validator } from './validator-interface.ts'

export type { Validator } from './validator-interface.ts'

export type { ValidationIssue }

let loading: Promise<Validator> | undefined

/** The tables are read when the first resource is to be checked, then kept: a server that only reads never needs them. */
export function loadValidator(): Promise<Validator> {
  loading ??= import('./validator.ts').then(({ createValidator }) => createValidator())
  return loading
}

/** Value sets by their address, from the same tables, and hierarchies of codes: for searches. */
export async function loadTerminology(): Promise<Terminology> {
  const [{ findValueSet }, { findRelatedCodes }] = await Promise.all([
    import('./value-sets.ts'),
    import('../search/code-hierarchies.ts'),
  ])
  return { findValueSet, findRelatedCodes }
}
