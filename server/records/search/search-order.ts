import { mainDateOf } from '#fhir/search/main-date.ts'
import type { SearchParameter } from '#fhir/search/parameters.ts'
import type { SortRule } from '#fhir/search/search-query.ts'
import { type Fragment, sqlJoin, sqlName, sqlText } from '../../store/statement.ts'
import { parameterNumber } from './parameter-number.ts'
import { numberOf, type Subject } from './search-conditions.ts'

type SortValue = string | number

/** Where a page of a search starts: the values that the record before it is sorted by. */
export interface SearchKey {
  values: SortValue[]
  patientId: string
  id: string
  /** The number of its row. */
  no: number
}

/** A column of the order, by its name in the page: `k0`, `k1`, …, then what makes the order total. */
export interface OrderColumn {
  name: string
  descending: boolean
  /** Whether it was asked for: its value is then part of the key. */
  isTold: boolean
  valueIn(key: SearchKey): SortValue
}

/** Records without the value come last, whichever the direction. */
const lastOf = {
  text: { ascending: '\u{10ffff}', descending: '' },
  range: { ascending: 9e15, descending: -9e15 },
}

/** What makes an order total. */
export interface Tie {
  /** The record by its id or, when only its number is at hand, by that, in the direction in which the index lies. */
  by: 'id' | 'no'
  /** Whether all matches are of one patient. */
  isOnePatient: boolean
}

/** The columns that a search is ordered by; with the patient and the record in it pages neither skip nor repeat. */
export function orderColumns(
  rules: ReadonlyArray<Pick<SortRule, 'descending'>>,
  { by, isOnePatient }: Tie,
): OrderColumn[] {
  const descending = by === 'no' && rules.at(-1)?.descending === true
  const columns: OrderColumn[] = rules.map((rule, index) => ({
    name: `k${index}`,
    descending: rule.descending,
    isTold: true,
    valueIn: ({ values }) => values[index] ?? '',
  }))
  if (!isOnePatient)
    columns.push({ name: 'patient_id', descending, isTold: false, valueIn: ({ patientId }) => patientId })
  columns.push({ name: by, descending, isTold: false, valueIn: (key) => key[by] })
  return columns
}

/** What a match is sorted by. */
export function sortExpression(subject: Subject, { parameter, descending }: SortRule): Fragment {
  const { alias, type, table } = subject
  if (parameter === '_id') return sqlName(`${alias}.id`)
  if (parameter === '_lastUpdated') return sqlName(`${alias}.last_updated`)
  if (table === 'record_text' && parameter.code === mainDateOf(type))
    return sqlName(`${alias}.${descending ? 'high' : 'low'}`)
  const direction = descending ? 'descending' : 'ascending'
  // Of several values the one that comes first in this direction.
  const [rows, column] = isRange(parameter)
    ? (['record_range', descending ? sqlText`max(entry.high)` : sqlText`min(entry.low)`] as const)
    : (['record_text', descending ? sqlText`max(entry.value)` : sqlText`min(entry.value)`] as const)
  const missing = lastOf[isRange(parameter) ? 'range' : 'text'][direction]
  return sqlText`coalesce((
    select ${column} from ${sqlName(rows)} as entry
    where entry.patient_id = ${sqlName(`${alias}.patient_id`)}
      and entry.parameter = ${parameterNumber(type, parameter.code)}
      and entry.record_no = ${numberOf(subject)}), ${missing})`
}

function isRange({ type }: SearchParameter): boolean {
  return type === 'date' || type === 'number' || type === 'quantity'
}

export function orderBy(columns: readonly OrderColumn[], isBackward: boolean, table: string): Fragment {
  const parts = columns.map(
    ({ name, descending }) =>
      sqlText`${sqlName(`${table}.${name}`)} ${descending !== isBackward ? sqlText`desc` : sqlText`asc`}`,
  )
  return sqlJoin(parts)
}

/** What lies after a key in the order; before it, when backward. */
export function isBeyond(columns: readonly OrderColumn[], key: SearchKey, isBackward: boolean): Fragment {
  return compareKey(columns, key, { isBackward, withKey: false })
}

/** What does not: the others, and the record of the key itself. */
export function isNotBeyond(columns: readonly OrderColumn[], key: SearchKey, isBackward: boolean): Fragment {
  return compareKey(columns, key, { isBackward: !isBackward, withKey: true })
}

/** First column beyond, or equal and the next beyond, … */
function compareKey(
  columns: readonly OrderColumn[],
  key: SearchKey,
  { isBackward, withKey }: { isBackward: boolean; withKey: boolean },
): Fragment {
  const [first] = columns
  const sign = ({ descending }: OrderColumn) => (descending !== isBackward ? sqlText`<` : sqlText`>`)
  const beyond = columns.reduceRight<Fragment>((rest, column, index) => {
    const [name, value] = [sqlName(column.name), column.valueIn(key)]
    if (index === columns.length - 1)
      return withKey ? sqlText`${name} ${sign(column)}= ${value}` : sqlText`${name} ${sign(column)} ${value}`
    return sqlText`(${name} ${sign(column)} ${value} or (${name} = ${value} and ${rest}))`
  }, sqlText`1 = 0`)
  // Said for itself, so that the walk along an index begins at the key instead of at its end.
  return first ? sqlText`${sqlName(first.name)} ${sign(first)}= ${first.valueIn(key)} and ${beyond}` : beyond
}
