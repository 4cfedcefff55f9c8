import { mainDateOf } from '#fhir/search/main-date.ts'
import type { SearchParameter } from '#fhir/search/parameters.ts'
import type { SortRule } from '#fhir/search/search-query.ts'
import { OnpatientError } from '../../errors.ts'
import { type Fragment, sqlJoin, sqlName, sqlNothing, sqlText } from '../../store/statement.ts'
import { parameterNumber } from './parameter-number.ts'
import { numberOf, type SearchedRow } from './search-conditions.ts'

type SortValue = string | number

/** Where a page of a search starts: the values that the record before it is sorted by. */
export interface SearchKey {
  values: SortValue[]
  patientId: string
  id: string
  /** The number of the row of the record. */
  no: number
  /** The order to which the key belongs, from `nameOrder`. */
  order: string
}

/** A column of the order, by its name in the page: `k0`, `k1`, …, then what makes the order total. */
export interface OrderColumn {
  name: string
  descending: boolean
  /** Whether the request asks for it. Its value is then part of the key. */
  isTold: boolean
  valueIn(key: SearchKey): SortValue
}

/** Records without the value come last in both directions. */
const lastOf = {
  text: { ascending: '\u{10ffff}', descending: '' },
  range: { ascending: 9e15, descending: -9e15 },
}

/** What makes an order total. */
export interface Tie {
  /** The record by its id. When only its number is available, by the number, in the direction of the index. */
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

/**
 * The order as a text. The order of a search also depends on the confinement of the reader. A key of one order is not a key of
 * another, and its values may be of another type.
 */
export function nameOrder(columns: readonly OrderColumn[]): string {
  return columns.map(({ name, descending }) => `${descending ? '-' : ''}${name}`).join()
}

/** Throws `invalid-parameter` when a page is to go on from a place in another order. */
export function assertInOrder(columns: readonly OrderColumn[], key: SearchKey | undefined): void {
  if (key === undefined || key.order === nameOrder(columns)) return
  throw new OnpatientError(
    'invalid-parameter',
    'The parameter cursor was made when this search reached other records. Start without cursor.',
    { field: 'cursor' },
  )
}

/** The expression by which a match is sorted, and the join that it needs. */
export interface SortKey {
  expression: Fragment
  join: Fragment
}

/** The key of the rule at `index`. */
export function sortKey(searched: SearchedRow, rule: SortRule, index: number): SortKey {
  const { alias, type, table } = searched
  const { parameter, descending } = rule
  const column = (name: string) => ({ expression: sqlName(`${alias}.${name}`), join: sqlNothing })
  if (parameter === '_id') return column('id')
  if (parameter === '_lastUpdated') return column('last_updated')
  if (table === 'record_text' && parameter.code === mainDateOf(type))
    return column(descending ? 'high' : 'low')
  return isRange(parameter)
    ? { expression: rangeOf(searched, parameter, { descending }), join: sqlNothing }
    : textKey(searched, parameter, { descending, name: `sorted_${index}` })
}

/** The first of several ranges in this direction. By record_range_pk. */
function rangeOf(
  searched: SearchedRow,
  parameter: SearchParameter,
  { descending }: { descending: boolean },
): Fragment {
  const { alias, type } = searched
  return sqlText`coalesce((
    select ${descending ? sqlText`max(entry.high)` : sqlText`min(entry.low)`} from record_range as entry
    where entry.patient_id = ${sqlName(`${alias}.patient_id`)}
      and entry.parameter = ${parameterNumber(type, parameter.code)}
      and entry.record_no = ${numberOf(searched)}), ${lastOf.range[descending ? 'descending' : 'ascending']})`
}

/**
 * The first of several texts in this direction. Rows lie in the order of their texts, so that all rows of the patient are looked
 * at. When all records are of one patient, this happens once.
 */
function textKey(
  searched: SearchedRow,
  parameter: SearchParameter,
  { descending, name }: { descending: boolean; name: string },
): SortKey {
  const { alias, type, patientId } = searched
  const first = descending ? sqlText`max(entry.value)` : sqlText`min(entry.value)`
  const missing = lastOf.text[descending ? 'descending' : 'ascending']
  const rows = (patient: Fragment | string) =>
    sqlText`record_text as entry where entry.patient_id = ${patient} and entry.parameter = ${parameterNumber(type, parameter.code)}`
  if (patientId === undefined)
    return {
      expression: sqlText`coalesce((select ${first}
        from ${rows(sqlName(`${alias}.patient_id`))} and entry.record_no = ${numberOf(searched)}), ${missing})`,
      join: sqlNothing,
    }
  return {
    expression: sqlText`coalesce(${sqlName(`${name}.text`)}, ${missing})`,
    join: sqlText` left join (
      select entry.record_no, ${first} as text from ${rows(patientId)} group by entry.record_no) as ${sqlName(name)}
      on ${sqlName(`${name}.record_no`)} = ${numberOf(searched)}`,
  }
}

function isRange({ type }: SearchParameter): boolean {
  return type === 'date' || type === 'number' || type === 'quantity'
}

export function orderBy(
  columns: readonly OrderColumn[],
  table: string,
  { isBackward }: { isBackward: boolean },
): Fragment {
  const parts = columns.map(
    ({ name, descending }) =>
      sqlText`${sqlName(`${table}.${name}`)} ${descending !== isBackward ? sqlText`desc` : sqlText`asc`}`,
  )
  return sqlJoin(parts)
}

/** What lies after a key in the order; before it, when backward. */
export function isBeyond(
  columns: readonly OrderColumn[],
  key: SearchKey,
  { isBackward }: { isBackward: boolean },
): Fragment {
  return compareKey(columns, key, { isBackward, withKey: false })
}

/** The other records, and the record of the key itself. */
export function isNotBeyond(
  columns: readonly OrderColumn[],
  key: SearchKey,
  { isBackward }: { isBackward: boolean },
): Fragment {
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
  // A condition of its own on the first column, so that the walk along an index begins at the key.
  return first ? sqlText`${sqlName(first.name)} ${sign(first)}= ${first.valueIn(key)} and ${beyond}` : beyond
}
