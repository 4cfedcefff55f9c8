import { labelOfPart, labelOfType } from '#fhir/scope/record-words.ts'
import { type ClinicalScope, parseClinicalScope, reads, writes } from '#fhir/scope/scope.ts'

/** Words for what system scopes let a backend service do with the records of all patients, each thing once. */
export function wordsOfServiceScopes(scopes: readonly string[]): string[] {
  const clinical = scopes.flatMap((scope) => parseClinicalScope(scope) ?? [])
  return [
    ...wordsOf('Read', clinical.filter(reads)),
    // A filter bounds reading alone.
    ...wordsOf(
      'Add, change or delete',
      clinical.filter((scope) => writes(scope) && scope.filter === undefined),
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
