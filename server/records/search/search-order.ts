import { type RawBuilder, sql } from 'kysely'
import { mainDateOf, severalMainDates } from '#fhir/search/main-date.ts'
import type { SearchParameter } from '#fhir/search/parameters.ts'
import type { SortRule } from '#fhir/search/search-query.ts'

type SortValue = string | number

/** Where a page of a search starts: the values that the record before it is sorted by. */
export interface SearchKey {
  values: SortValue[]
  patientId: string
  id: string
}

interface SortColumn {
  rule: SortRule
  descending: boolean
}

/** Records without the value come last, whichever the direction. */
const lastOf = {
  text: { ascending: '\u{10ffff}', descending: '' },
  range: { ascending: 9e15, descending: -9e15 },
}

/** The columns that a search is ordered by; patient and id make the order total, so that pages neither skip nor repeat. */
export function sortColumns(rules: readonly SortRule[]): SortColumn[] {
  return rules.map((rule) => ({ rule, descending: rule.descending }))
}

/** What a match is sorted by: a row of `record`, or the group of its rows of `record_text`, which carry the main date. */
export function sortExpression(
  { alias, type, hasMainDate = false }: { alias: string; type: string; hasMainDate?: boolean },
  { parameter, descending }: SortRule,
): RawBuilder<unknown> {
  if (parameter === '_id') return sql.ref(`${alias}.id`)
  if (parameter === '_lastUpdated') return sql.ref(`${alias}.last_updated`)
  const direction = descending ? 'descending' : 'ascending'
  // Of several values the one that comes first in this direction.
  const [table, column] = isRange(parameter)
    ? (['record_range', descending ? sql`max(entry.high)` : sql`min(entry.low)`] as const)
    : (['record_text', descending ? sql`max(entry.value)` : sql`min(entry.value)`] as const)
  const missing = lastOf[isRange(parameter) ? 'range' : 'text'][direction]
  const byRows = sql`coalesce((
    select ${column} from ${sql.table(table)} as entry
    where entry.patient_id = ${sql.ref(`${alias}.patient_id`)} and entry.type = ${type}
      and entry.param = ${parameter.code} and entry.id = ${sql.ref(`${alias}.id`)}), ${missing})`
  if (!hasMainDate || parameter.code !== mainDateOf(type)) return byRows
  // All rows of a record say the same; it is one group.
  const several = sql`min(${sql.ref(`${alias}.low`)}) = ${sql.lit(severalMainDates.low)}`
  const one = descending ? sql`max(${sql.ref(`${alias}.high`)})` : sql`min(${sql.ref(`${alias}.low`)})`
  return sql`case when ${several} then ${byRows} else ${one} end`
}

function isRange({ type }: SearchParameter): boolean {
  return type === 'date' || type === 'number' || type === 'quantity'
}

interface OrderColumn {
  name: string
  descending: boolean
}

/** The order by the names of a page's columns: `k0`, `k1`, …, `patient_id`, `id`. */
function orderColumns(columns: readonly SortColumn[]): OrderColumn[] {
  return [
    ...columns.map(({ descending }, index) => ({ name: `k${index}`, descending })),
    { name: 'patient_id', descending: false },
    { name: 'id', descending: false },
  ]
}

export function orderBy(
  columns: readonly SortColumn[],
  isBackward: boolean,
  table?: string,
): RawBuilder<unknown> {
  const parts = orderColumns(columns).map(
    ({ name, descending }) =>
      sql`${sql.ref(table ? `${table}.${name}` : name)} ${sql.raw(descending !== isBackward ? 'desc' : 'asc')}`,
  )
  return sql.join(parts)
}

/** What lies after a key in the order (before it, when backward): first column beyond, or equal and the next beyond, … */
export function isBeyond(
  columns: readonly SortColumn[],
  key: SearchKey,
  isBackward: boolean,
): RawBuilder<boolean> {
  const order = orderColumns(columns)
  const values: SortValue[] = [...key.values, key.patientId, key.id]
  return order.reduceRight<RawBuilder<boolean>>((rest, { name, descending }, index) => {
    const column = sql.ref(name)
    const value = values[index] ?? ''
    const beyond = sql<boolean>`${column} ${sql.raw(descending !== isBackward ? '<' : '>')} ${value}`
    return index === order.length - 1 ? beyond : sql`(${beyond} or (${column} = ${value} and ${rest}))`
  }, sql`1 = 0`)
}
