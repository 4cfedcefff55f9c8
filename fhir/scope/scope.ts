/**
 * SMART App Launch 2.2, scopes for clinical data: one value for the v1 and the v2 notation.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
 */
export interface ClinicalScope {
  context: 'patient' | 'user' | 'system'
  /** A FHIR type, or '*' for every type. */
  type: string
  /** Which of create, read, update, delete, search it gives. */
  interactions: ReadonlySet<Interaction>
  /** The scope as it was written, echoed in answers. */
  text: string
}

export type Interaction = 'c' | 'r' | 'u' | 'd' | 's'

const v1Access: Record<string, Interaction[]> = {
  read: ['r', 's'],
  write: ['c', 'u', 'd'],
  '*': ['c', 'r', 'u', 'd', 's'],
}

const pattern = /^(patient|user|system)\/([A-Z][A-Za-z]{1,63}|\*)\.(read|write|\*|c?r?u?d?s?)$/

/** Scopes that carry no clinical access: identity, launch context and refresh. */
export const contextScopes: ReadonlySet<string> = new Set([
  'openid',
  'fhirUser',
  'profile',
  'offline_access',
  'online_access',
  'launch/patient',
])

/** Undefined when the text is not a clinical scope of either notation. */
export function parseClinicalScope(text: string): ClinicalScope | undefined {
  const match = pattern.exec(text)
  const [, context, type, access] = match ?? []
  if (context === undefined || type === undefined || !access) return undefined
  const interactions = new Set(v1Access[access] ?? (access.split('') as Interaction[]))
  return { context: context as ClinicalScope['context'], type, interactions, text }
}

/** Splits a space-separated scope parameter; order kept, doubles dropped. */
export function splitScopes(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter((part) => part !== ''))]
}

/** Whether everything that `inner` gives is also given by `outer`. */
export function coversScope(outer: ClinicalScope, inner: ClinicalScope): boolean {
  return (
    outer.context === inner.context &&
    (outer.type === '*' || outer.type === inner.type) &&
    [...inner.interactions].every((interaction) => outer.interactions.has(interaction))
  )
}

/** Whether a list of scopes lets a person's application do `interaction` on `type`. Deny by default. */
export function allowsInteraction(scopes: ClinicalScope[], type: string, interaction: Interaction): boolean {
  return scopes.some(
    (scope) => (scope.type === '*' || scope.type === type) && scope.interactions.has(interaction),
  )
}

/** Narrows a `*` scope to some types, keeping the notation it was written in. */
export function narrowToTypes(scope: ClinicalScope, types: string[]): string[] {
  const access = scope.text.slice(scope.text.lastIndexOf('.') + 1)
  return types.map((type) => `${scope.context}/${type}.${access}`)
}
