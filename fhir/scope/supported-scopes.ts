import { clinicalContexts } from './clinical-contexts.ts'
import { type ContextScopeTable, contextScopes } from './context-scopes.ts'

/** Every scope that the discovery documents name, in their order. */
export function listSupportedScopes(table: ContextScopeTable = contextScopes): string[] {
  return [...Object.keys(table), ...Object.values(clinicalContexts).flatMap(({ discovered }) => discovered)]
}

export interface DocumentedScope {
  scope: string
  /** What it allows; `code` between backticks. */
  documentation: string
  kind: 'clinical' | 'identity' | 'refresh' | 'launch'
}

/** Every scope of the documentation for developers, in its order. */
export function documentScopes(table: ContextScopeTable = contextScopes): DocumentedScope[] {
  return [
    ...Object.values(clinicalContexts).flatMap(({ documentation: examples }) =>
      Object.entries<string>(examples).map(([scope, documentation]) => ({
        scope,
        documentation,
        kind: 'clinical' as const,
      })),
    ),
    ...Object.entries(table).map(([scope, { documentation, kind }]) => ({ scope, documentation, kind })),
  ]
}
