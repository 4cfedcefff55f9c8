import { isContextScope } from '#fhir/scope/context-scopes.ts'
import { coversScope, parseClinicalScope, splitScopes } from '#fhir/scope/scope.ts'
import { readScopeFilter } from '#fhir/scope/scope-filter.ts'
import type { Application } from '#server/applications/applications.ts'

/**
 * The scopes that an application may get for a scope parameter. Without the parameter it gets all of its scopes (the tutorial's rule, RFC 6749
 * §3.3). Scopes that it is not registered for are left out, and the answer's `scope` says so (§5.1). A request without a scope that is left is
 * refused.
 */
export function narrowRequestedScopes(requested: string | undefined, application: Application): string[] {
  const asked = splitScopes(requested ?? '')
  const registered = application.scopes.filter(isForPeople)
  if (asked.length === 0) return registered
  return asked.filter((scope) => isOffered(scope, registered))
}

/** A person cannot give `system` scopes, which a practice approves for a backend service (backend-services.ts). */
function isForPeople(scope: string): boolean {
  return parseClinicalScope(scope)?.context !== 'system'
}

/** Scopes of identity and launch context open no record, so every application may ask for them. */
function isOffered(scope: string, registered: readonly string[]): boolean {
  if (isContextScope(scope)) return true
  const clinical = parseClinicalScope(scope)
  if (!clinical || readScopeFilter(clinical) === undefined) return false
  return registered.some((text) => {
    const outer = parseClinicalScope(text)
    return outer !== undefined && coversScope(outer, clinical)
  })
}

/** Whether any of the scopes opens records. */
export function hasClinicalScope(scopes: readonly string[]): boolean {
  return scopes.some((scope) => parseClinicalScope(scope) !== undefined)
}
