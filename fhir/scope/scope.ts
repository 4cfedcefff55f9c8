import { type ClinicalContextName, clinicalContexts } from './clinical-contexts.ts'

/**
 * SMART App Launch 2.2, scopes for clinical data: one value for the v1 and the v2 notation.
 * https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
 */
export interface ClinicalScope {
  context: ClinicalContextName
  /** A FHIR type, or '*' for every type. */
  type: string
  /** The interactions that it gives: create, read, update, delete, search. */
  interactions: ReadonlySet<Interaction>
  /** The records of the type that it is about; undefined: all. Each part must hold (scope-filter.ts). */
  filter?: readonly FilterPart[] | undefined
  /** The scope as it was written, echoed in answers. */
  text: string
}

export type Interaction = 'c' | 'r' | 'u' | 'd' | 's'

/** A search parameter and its value, as in `?category=http://…|laboratory`. */
export interface FilterPart {
  name: string
  value: string
}

const v1Access: Record<string, Interaction[]> = {
  read: ['r', 's'],
  write: ['c', 'u', 'd'],
  '*': ['c', 'r', 'u', 'd', 's'],
}

const contexts = Object.keys(clinicalContexts).join('|')
const pattern = new RegExp(
  `^(${contexts})/([A-Z][A-Za-z]{1,63}|\\*)\\.(read|write|\\*|c?r?u?d?s?)(?:\\?(\\S{1,500}))?$`,
)

/** Undefined when the text is not a clinical scope of either notation. */
export function parseClinicalScope(text: string): ClinicalScope | undefined {
  const match = pattern.exec(text)
  const [, context, type, access, query] = match ?? []
  if (context === undefined || type === undefined || !access) return undefined
  const given = v1Access[access]
  const scope = { context: context as ClinicalScope['context'], type, text }
  if (query === undefined)
    return { ...scope, interactions: new Set(given ?? (access.split('') as Interaction[])) }
  const filter = parseFilter(query)
  // Only the v2 notation has filters, and a filter is about the records of one type.
  if (filter === undefined || given !== undefined || type === '*') return undefined
  // A filter bounds reading alone, because a search does not find a record that is being written.
  const interactions = new Set((access.split('') as Interaction[]).filter((each) => 'rs'.includes(each)))
  return interactions.size === 0 ? undefined : { ...scope, interactions, filter }
}

const mostFilterParts = 5

function parseFilter(query: string): FilterPart[] | undefined {
  const parts = [...new URLSearchParams(query)].map(([name, value]) => ({ name, value }))
  const isWhole = parts.length > 0 && parts.every(({ name, value }) => /^[\w-]+$/.test(name) && value !== '')
  return isWhole && parts.length <= mostFilterParts ? parts.sort(byNameAndValue) : undefined
}

function byNameAndValue(a: FilterPart, b: FilterPart): number {
  const [first, second] = [a, b].map(({ name, value }) => `${name}=${value}`) as [string, string]
  return first < second ? -1 : first > second ? 1 : 0
}

/** A text that is the same for every notation of a filter. */
export function filterText(filter: readonly FilterPart[]): string {
  return filter.map(({ name, value }) => `${name}=${value}`).join('&')
}

const writing: ReadonlySet<Interaction> = new Set(['c', 'u', 'd'])

/** Whether it gives creating, updating or deleting. */
export function writes({ interactions }: ClinicalScope): boolean {
  return [...interactions].some((each) => writing.has(each))
}

/** Whether it gives reading or searching. */
export function reads({ interactions }: ClinicalScope): boolean {
  return interactions.has('r') || interactions.has('s')
}

/** The reading and the writing part of a scope, each as a scope of its own; undefined: the scope has no such part. */
export function splitByWriting(scope: ClinicalScope): {
  reading: ClinicalScope | undefined
  writing: ClinicalScope | undefined
} {
  if (!writes(scope)) return { reading: scope, writing: undefined }
  if (!reads(scope)) return { reading: undefined, writing: scope }
  const part = (isWanted: (each: Interaction) => boolean) => {
    const letters = [...scope.interactions].filter(isWanted).join('')
    return parseClinicalScope(`${scope.context}/${scope.type}.${letters}`)
  }
  return { reading: part((each) => !writing.has(each)), writing: part((each) => writing.has(each)) }
}

/** Splits a scope parameter at its spaces. It keeps the order and drops doubles. */
export function splitScopes(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter((part) => part !== ''))]
}

/** Whether `outer` gives everything that `inner` gives. */
export function coversScope(outer: ClinicalScope, inner: ClinicalScope): boolean {
  return (
    outer.context === inner.context &&
    (outer.type === '*' || outer.type === inner.type) &&
    (outer.filter === undefined ||
      (inner.filter !== undefined && filterText(outer.filter) === filterText(inner.filter))) &&
    [...inner.interactions].every((interaction) => outer.interactions.has(interaction))
  )
}

/** Whether a list of scopes allows `interaction` on at least some records of `type`. An empty list allows nothing. */
export function allowsInteraction(scopes: ClinicalScope[], type: string, interaction: Interaction): boolean {
  return scopes.some(
    (scope) => (scope.type === '*' || scope.type === type) && scope.interactions.has(interaction),
  )
}

/** Narrows a `*` scope to some types, in the notation of the scope. */
export function narrowToTypes(scope: ClinicalScope, types: string[]): string[] {
  const access = scope.text.slice(scope.text.lastIndexOf('.') + 1)
  return types.map((type) => `${scope.context}/${type}.${access}`)
}
