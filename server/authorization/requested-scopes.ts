import { isContextScope } from '#fhir/scope/context-scopes.ts'
import { coversScope, parseClinicalScope, splitScopes } from '#fhir/scope/scope.ts'
import { readScopeFilter } from '#fhir/scope/scope-filter.ts'
import type { Application } from '#server/applications/applications.ts'

/**
 * What of a scope parameter an application may be given: absent or empty means all of its scopes (the tutorial's
 * rule, RFC 6749 §3.3); what it is not registered for is left out, and the answer's `scope` says so (§5.1). Nothing
 * left means the request is refused.
 */
export function narrowRequestedScopes(requested: string | undefined, application: Application): string[] {
  const asked = splitScopes(requested ?? '')
  const registered = application.scopes.filter(isForPeople)
  if (asked.length === 0) return registered
  return asked.filter((scope) => isOffered(scope, registered))
}

/** What a practice approves for a backend service is not a person's to give (backend-services.ts). */
function isForPeople(scope: string): boolean {
  return parseClinicalScope(scope)?.context !== 'system'
}

/** Identity and launch context give no record away, so that every application may ask for them. */
function isOffered(scope: string, registered: readonly string[]): boolean {
  if (isContextScope(scope)) return true
  const clinical = parseClinicalScope(scope)
  if (!clinical || readScopeFilter(clinical) === undefined) return false
  return registered.some((text) => {
    const outer = parseClinicalScope(text)
    return outer !== undefined && coversScope(outer, clinical)
  })
}

/** Whether anything of a record is among the scopes. */
export function hasClinicalScope(scopes: readonly string[]): boolean {
  return scopes.some((scope) => parseClinicalScope(scope) !== undefined)
}
