import { labelOfPart, labelOfType } from '#fhir/scope/kinds-of-record.ts'
import { parseClinicalScope, reads, writes } from '#fhir/scope/scope.ts'

const contextWords: Record<string, string> = {
  offline_access: 'Stay connected while you are away',
  online_access: 'Stay connected while you are signed in',
  openid: 'Know who you are here',
  fhirUser: 'Know which person of the record you are',
  profile: 'See your name',
  email: 'See your e-mail address',
}

/** What scopes let an application do, in the words of the consent page; each thing once. */
export function wordsOfScopes(scopes: readonly string[]): string[] {
  const clinical = scopes.flatMap((scope) => parseClinicalScope(scope) ?? [])
  const reading = clinical.filter(reads)
  const types = reading.some(({ type }) => type === '*')
    ? ['Read the whole record']
    : reading.map(({ type, filter }) => (filter ? labelOfPart(type, filter) : labelOfType(type)))
  const changes = clinical
    .filter(writes)
    .map(({ type }) => (type === '*' ? 'Change the whole record' : `Change: ${labelOfType(type)}`))
  const context = scopes.flatMap((scope) => contextWords[scope] ?? [])
  return [...new Set([...types, ...changes, ...context])]
}
