import { onlySubjectElement } from '#fhir/compartment/compartment.ts'
import { mainDateOf } from '#fhir/search/main-date.ts'
import { findParameter } from '#fhir/search/parameters.ts'
import type { Condition, ParameterCondition, SearchQuery } from '#fhir/search/search-query.ts'
import { type Fragment, sqlJoin, sqlName, sqlNothing, sqlText } from '../../store/statement.ts'
import { parameterNumber } from './parameter-number.ts'
import { isAnsweredByIndex, meetsToken } from './search-conditions.ts'

/**
 * The rows of `record_text` of a patient from which a search starts. They carry the main date and lie in its order, so that
 * the records themselves need not be looked at before the page is known.
 */
export interface DrivingCondition {
  /** The conditions on a row besides its patient. The patient is a value or a column. */
  isMet(alias: string, patient: string | Fragment): Fragment
  /** Whether a record has at most one such row. */
  isUnique: boolean
  /** The condition of the search that it answers. */
  answers: Condition | undefined
}

type Query = Pick<SearchQuery, 'type' | 'conditions' | 'sort'>

/** Undefined when no condition leads, or when a condition needs the record. */
export function findDrivingCondition(query: Query): DrivingCondition | undefined {
  const { conditions, sort } = query
  if (!conditions.every(isAnsweredByIndex)) return undefined
  if (sort.some(({ parameter }) => parameter === '_lastUpdated' || parameter === '_id')) return undefined
  return drivingCode(query) ?? (asksForMainDate(query) ? drivingSubject(query) : undefined)
}

/** A condition on a code, which few records have. */
function drivingCode({ type, conditions }: Query): DrivingCondition | undefined {
  const condition = conditions.find(isCode)
  if (!condition) return undefined
  const { parameter, values } = condition
  const tokens = values.flatMap((value) => (value.type === 'token' ? [value] : []))
  const [only] = tokens
  return {
    answers: condition,
    isUnique: tokens.length === 1,
    isMet(alias) {
      const rules = tokens.map((value) => meetsToken(value, alias))
      // A code may come with several systems. The first row stands for all.
      const once =
        tokens.length === 1 && only?.system === undefined ? sqlText` and ${isFirst(alias)}` : sqlNothing
      return sqlText`${isOf(alias, type, parameter.code)} and (${sqlJoin(rules, ' or ')})${once}`
    },
  }
}

function isCode(condition: Condition): condition is ParameterCondition {
  return (
    condition.kind === 'parameter' &&
    condition.parameter.type === 'token' &&
    condition.modifier === undefined &&
    condition.values.length > 0 &&
    condition.values.every((value) => value.type === 'token' && value.code !== undefined)
  )
}

/** Every record of a type that is in a compartment by naming the patient and by nothing else. */
function drivingSubject({ type }: Query): DrivingCondition | undefined {
  const element = onlySubjectElement(type)
  const code = element && findParameter(type, element)?.type === 'reference' ? element : undefined
  if (code === undefined) return undefined
  return {
    answers: undefined,
    isUnique: true,
    isMet(alias, patient) {
      const named = typeof patient === 'string' ? `Patient/${patient}` : sqlText`${'Patient/'} || ${patient}`
      return sqlText`${isOf(alias, type, code)} and ${sqlName(`${alias}.value`)} = ${named} and ${isFirst(alias)}`
    },
  }
}

function asksForMainDate({ type, conditions, sort }: Query): boolean {
  const code = mainDateOf(type)
  const isMainDate = (parameter: { code: string }) => parameter.code === code
  return (
    conditions.some((each) => each.kind === 'parameter' && isMainDate(each.parameter)) ||
    sort.some(({ parameter }) => typeof parameter === 'object' && isMainDate(parameter))
  )
}

function isOf(alias: string, type: string, param: string): Fragment {
  return sqlText`${sqlName(`${alias}.parameter`)} = ${parameterNumber(type, param)}`
}

function isFirst(alias: string): Fragment {
  return sqlText`${sqlName(`${alias}.nth`)} = 0`
}
