import { type ContextScopeTable, contextScopes } from '#fhir/scope/context-scopes.ts'
import { labelOfPart, labelOfType } from '#fhir/scope/record-words.ts'
import { parseClinicalScope, reads, writes } from '#fhir/scope/scope.ts'

/** The words of the consent page for what scopes let an application do, each thing once. */
export function wordsOfScopes(scopes: readonly string[], table: ContextScopeTable = contextScopes): string[] {
  const clinical = scopes.flatMap((scope) => parseClinicalScope(scope) ?? [])
  const reading = clinical.filter(reads)
  const types = reading.some(({ type }) => type === '*')
    ? ['Read the whole record']
    : reading.map(({ type, filter }) => (filter ? labelOfPart(type, filter) : labelOfType(type)))
  const changes = clinical
    .filter(writes)
    .map(({ type }) => (type === '*' ? 'Change the whole record' : `Change: ${labelOfType(type)}`))
  const context = scopes.flatMap((scope) => {
    const row = Object.hasOwn(table, scope) ? table[scope] : undefined
    return row === undefined || row.kind === 'launch' ? [] : row.connected
  })
  return [...new Set([...types, ...changes, ...context])]
}
