import { compilePath, type Visit } from './compile-path.ts'
import type { SearchParameter } from './search-parameter.ts'

/**
 * The targets that a resource names by a reference parameter, as they are written: references, and canonical addresses of
 * definitions.
 */
export interface NamedReference {
  text: string
  /** `URL` or `URL|VERSION` of a definition, which is found by its `url`. */
  isCanonical: boolean
}

/** In order, doubles included. Where the element is a whole resource, its `Type/id`. */
export function namedReferences({ expression }: SearchParameter, resource: unknown): NamedReference[] {
  const visit = visitByExpression.get(expression) ?? compilePath<NamedReference[]>(expression, note)
  visitByExpression.set(expression, visit)
  const found: NamedReference[] = []
  visit(resource, found)
  return found
}

/** The map has at most as many entries as the standard has parameters. */
const visitByExpression = new Map<string, Visit<NamedReference[]>>()

function note(value: unknown, found: NamedReference[]): void {
  if (typeof value === 'string') found.push({ text: value, isCanonical: true })
  if (typeof value !== 'object' || value === null) return
  const { reference, resourceType, id } = value as Record<string, unknown>
  if (typeof reference === 'string') found.push({ text: reference, isCanonical: false })
  else if (typeof resourceType === 'string' && typeof id === 'string')
    found.push({ text: `${resourceType}/${id}`, isCanonical: false })
}
