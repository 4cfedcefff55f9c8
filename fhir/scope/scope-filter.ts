import type { Resource } from 'fhir/r4'
import { indexValuesOf } from '../search/index-values.ts'
import { findParameter } from '../search/parameters.ts'
import { parseSearch } from '../search/parse-search.ts'
import { type Condition, type ParameterCondition, SearchError } from '../search/search-query.ts'
import { type ClinicalScope, type FilterPart, filterText } from './scope.ts'

/**
 * The conditions that a scope puts on records (SMART App Launch 2.2, "Finer-grained resource constraints using search parameters"). Undefined when the
 * server cannot enforce the filter, so that the scope must not be given. It enforces token parameters without modifiers.
 */
export function readScopeFilter({
  type,
  filter = [],
}: ClinicalScope): readonly ParameterCondition[] | undefined {
  const key = `${type}?${filterText(filter)}`
  const known = conditionsByFilter.get(key)
  if (known) return known
  const conditions = filter.flatMap((part) => readPart(type, part) ?? [])
  if (conditions.length < filter.length) return undefined
  if (conditionsByFilter.size >= mostRemembered) conditionsByFilter.clear()
  conditionsByFilter.set(key, conditions)
  return conditions
}

const mostRemembered = 1000
const conditionsByFilter = new Map<string, readonly ParameterCondition[]>()

function readPart(type: string, { name, value }: FilterPart): ParameterCondition | undefined {
  if (name === '_id' || findParameter(type, name)?.type !== 'token') return undefined
  try {
    const { conditions } = parseSearch(type, new URLSearchParams([[name, value]]), { strict: true })
    const [condition] = conditions
    return condition?.kind === 'parameter' && conditions.length === 1 ? condition : undefined
  } catch (error) {
    if (error instanceof SearchError) return undefined
    throw error
  }
}

/** Whether a resource meets a condition of `readScopeFilter`, or several that are joined by `or` and `and`. */
export function meetsFilter(resource: Resource, condition: Condition): boolean {
  const values = indexValuesOf(resource)
  const meets = (each: Condition): boolean => {
    if (each.kind === 'or') return each.conditions.some(meets)
    if (each.kind === 'and') return each.conditions.every(meets)
    if (each.kind !== 'parameter') return false
    return each.values.some(
      (wanted) =>
        wanted.type === 'token' &&
        values.some(
          (value) =>
            value.kind === 'text' &&
            value.param === each.parameter.code &&
            (wanted.code === undefined || value.value === wanted.code) &&
            (wanted.system === undefined || value.system === (wanted.system ?? '')),
        ),
    )
  }
  return meets(condition)
}
