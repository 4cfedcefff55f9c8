import { labelOfPart, labelOfType } from '#fhir/scope/kinds-of-record.ts'
import { type ClinicalScope, parseClinicalScope } from '#fhir/scope/scope.ts'

/** What system scopes let a backend service do with the records of all patients; each thing once. */
export function wordsOfServiceScopes(scopes: readonly string[]): string[] {
  const clinical = scopes.flatMap((scope) => parseClinicalScope(scope) ?? [])
  const reads = clinical.filter(({ interactions }) => interactions.has('r') || interactions.has('s'))
  const writes = clinical.filter(({ interactions }) =>
    (['c', 'u', 'd'] as const).some((each) => interactions.has(each)),
  )
  return [
    ...wordsOf('Read', reads),
    // A filter bounds reading alone.
    ...wordsOf(
      'Add, change or delete',
      writes.filter(({ filter }) => filter === undefined),
    ),
  ]
}

function wordsOf(verb: string, scopes: readonly ClinicalScope[]): string[] {
  if (scopes.some(({ type, filter }) => type === '*' && filter === undefined))
    return [`${verb} everything in the records of all patients`]
  const words = scopes.map(
    ({ type, filter }) => `${verb}: ${filter ? labelOfPart(type, filter) : labelOfType(type)}`,
  )
  return [...new Set(words)]
}
