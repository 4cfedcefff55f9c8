import type { ClinicalScope, Interaction } from '#fhir/scope/scope.ts'
import { meetsFilter, readScopeFilter } from '#fhir/scope/scope-filter.ts'
import type { Condition } from '#fhir/search/search-query.ts'

/** The rules that scopes make for the records that a grant covers. */
export interface ScopeRules {
  /** Whether an interaction is given on any record of a type. */
  allows(type: string, interaction: Interaction): boolean
  /** The condition on these records, where `allows` is true. Undefined: all of them. */
  restriction(type: string, interaction: Interaction): Condition | undefined
}

export const noRestriction: ScopeRules = { allows: () => true, restriction: () => undefined }

const nothing: Condition = { kind: 'or', conditions: [] }

/**
 * Scopes add up: an interaction is given when one of them gives it. A scope without a filter opens the type. Otherwise a record
 * must meet the whole filter of one scope. A filter that is not understood gives nothing.
 */
export function createScopeRules(scopes: readonly ClinicalScope[]): ScopeRules {
  const rules = new Map<string, Rule>()
  const ruleFor = (type: string, interaction: Interaction) => {
    const key = `${interaction} ${type}`
    const known = rules.get(key)
    if (known) return known
    const rule = makeRule(scopes, type, interaction)
    rules.set(key, rule)
    return rule
  }
  return {
    allows: (type, interaction) => ruleFor(type, interaction).isGiven,
    restriction: (type, interaction) => ruleFor(type, interaction).restriction,
  }
}

interface Rule {
  isGiven: boolean
  restriction: Condition | undefined
}

function makeRule(scopes: readonly ClinicalScope[], type: string, interaction: Interaction): Rule {
  const giving = scopes.filter(
    (scope) =>
      (scope.type === '*' || scope.type === type) &&
      scope.interactions.has(interaction) &&
      (scope.filter === undefined || readScopeFilter(scope) !== undefined),
  )
  if (giving.some(({ filter }) => filter === undefined)) return { isGiven: true, restriction: undefined }
  const filters = giving.map((scope) => joined('and', [...(readScopeFilter(scope) ?? [nothing])]))
  return { isGiven: giving.length > 0, restriction: joined('or', filters) }
}

function joined(kind: 'and' | 'or', conditions: Condition[]): Condition {
  const [only] = conditions
  return only && conditions.length === 1 ? only : { kind, conditions }
}

/** Narrows a search to the records that the scopes give, also inside its chains and `_has`. */
export function restrict<Query extends { type: string; conditions: Condition[] }>(
  rules: ScopeRules,
  query: Query,
  interaction: 'r' | 's',
): Query {
  const own = rules.restriction(query.type, interaction)
  const conditions = query.conditions.map((each) => restrictInside(rules, each))
  return { ...query, conditions: own ? [...conditions, own] : conditions }
}

function restrictInside(rules: ScopeRules, condition: Condition): Condition {
  const inside = (type: string, inner: Condition): Condition => {
    const own = rules.restriction(type, 's')
    const restricted = restrictInside(rules, inner)
    return own ? { kind: 'and', conditions: [own, restricted] } : restricted
  }
  switch (condition.kind) {
    case 'parameter':
      return condition
    case 'chain':
      return { ...condition, condition: inside(condition.targetType, condition.condition) }
    case 'has':
      return { ...condition, condition: inside(condition.type, condition.condition) }
    case 'and':
    case 'or':
      return { ...condition, conditions: condition.conditions.map((each) => restrictInside(rules, each)) }
    default:
      throw condition satisfies never
  }
}

/** Whether the scopes give one interaction on a record, from its text. */
export function givesRecord(
  rules: ScopeRules,
  { type, content }: { type: string; content: string },
  interaction: 'r' | 's',
): boolean {
  const restriction = rules.restriction(type, interaction)
  return restriction === undefined || meetsFilter(JSON.parse(content), restriction)
}
