import { isAskedByValue, subjectCodes } from '#fhir/search/by-value.ts'
import type { Condition, ParameterCondition } from '#fhir/search/search-query.ts'
import { type Fragment, sqlJoin, sqlText } from '../../store/statement.ts'
import { parameterNumber } from './parameter-number.ts'
import { meetsString, meetsToken } from './search-conditions.ts'

/**
 * The rows of the index (`patient_id`, `record_no`) of records that meet a condition on a value with which an index begins, e.g.
 * an identifier or the name of a patient. The rows are of all compartments. Undefined when no condition is of this kind. Only
 * these records are looked at in a practice of any size. By record_text_by_value.
 */
export function findByValue(type: string, conditions: readonly Condition[]): Fragment | undefined {
  for (const condition of conditions) {
    const found = rowsOf(type, condition)
    if (found) return found
  }
  return undefined
}

function rowsOf(type: string, condition: Condition): Fragment | undefined {
  switch (condition.kind) {
    case 'parameter':
      return rowsOfParameter(type, condition)
    case 'and':
      return findByValue(type, condition.conditions)
    case 'or': {
      const ways = condition.conditions.map((each) => rowsOf(type, each))
      const known = ways.filter((each) => each !== undefined)
      return known.length > 0 && known.length === ways.length ? sqlJoin(known, ' union ') : undefined
    }
    case 'chain':
    case 'has':
      return undefined
    default:
      throw condition satisfies never
  }
}

function rowsOfParameter(
  type: string,
  { parameter, modifier, values }: ParameterCondition,
): Fragment | undefined {
  if (!isAskedByValue(type, parameter.code) || modifier !== undefined || values.length === 0) return undefined
  const rules = values.map((value) => {
    if (value.type === 'token' && value.code !== undefined) return meetsToken(value, 'entry')
    return value.type === 'string' && value.normalized !== '' ? meetsString(value, undefined) : undefined
  })
  const known = rules.filter((rule) => rule !== undefined)
  if (known.length < rules.length) return undefined
  return rowsByValue([parameterNumber(type, parameter.code)], sqlText`(${sqlJoin(known, ' or ')})`)
}

/** Records of a type that name one of these patients otherwise than as their subject. */
export function rowsNaming(type: string, codes: readonly string[], patients: readonly string[]): Fragment {
  const parameters = codes.filter((code) => !subjectCodes.has(code))
  return rowsByValue(
    parameters.map((code) => parameterNumber(type, code)),
    sqlText`entry.value in (${sqlJoin(patients)})`,
  )
}

function rowsByValue(parameters: readonly number[], rule: Fragment): Fragment {
  return sqlText`select entry.patient_id, entry.record_no from record_text as entry
    where entry.by_value = 1 and entry.parameter in (${sqlJoin(parameters)}) and ${rule}`
}
