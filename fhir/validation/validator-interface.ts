import type { ValidationIssue } from './findings.ts'
import type { Rewrite } from './rewrite-addresses.ts'

/** Validation of resources: https://hl7.org/fhir/R4/validation.html */
export interface Validator {
  /**
   * All faults of a resource in the order of its elements: against R4, and against each profile of US Core that meta.profile or
   * the caller names. A profile that is not known is a warning. Never throws, whatever the JSON; stops at a hundred issues.
   */
  validate(resource: unknown, options?: { profiles?: readonly string[] }): ValidationIssue[]
  /** Rewrites links within a resource, where they stand; references are no links. */
  rewriteAddresses(resource: object, rewrite: Rewrite): void
}
