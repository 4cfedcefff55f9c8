import { type RawBuilder, sql } from 'kysely'
import { mainDateOf, severalMainDates } from '#fhir/search/main-date.ts'
import type {
  Condition,
  NumberValue,
  ParameterCondition,
  Prefix,
  SearchValue,
  TokenValue,
} from '#fhir/search/search-query.ts'
import { isCovered } from '../confinement.ts'
import type { Confinement } from '../records.ts'

type Sql = RawBuilder<boolean>

/** A row of `record` that conditions speak about, or of `record_text` for it: its name in the statement, and its type. */
interface Subject {
  alias: string
  type: string
  /** Whether it is a row of `record_text`, which carries the main date. */
  hasMainDate?: boolean
  /** When all records that come into question are of one patient: then the index can be asked once for all of them. */
  patientId?: string | undefined
}

/**
 * The condition that leads a search of one patient: a code, which few records have. The search starts from the rows of the
 * index that meet it, and asks the other conditions of the records that they are of.
 */
export function findLeading(conditions: readonly Condition[]): ParameterCondition | undefined {
  return conditions.find(
    (each): each is ParameterCondition =>
      each.kind === 'parameter' &&
      each.parameter.type === 'token' &&
      each.parameter.code !== '_id' &&
      each.modifier === undefined &&
      each.values.every((value) => value.type === 'token' && value.code !== undefined),
  )
}

/** What a row of `record_text` must be like to meet the leading condition. */
export function isLeading({ parameter, values }: ParameterCondition, alias: string): Sql {
  const rules = values.flatMap((value) => (value.type === 'token' ? [meetsToken(value, alias)] : []))
  return sql`${sql.ref(`${alias}.param`)} = ${parameter.code} and ${any(rules)}`
}

/** Whether it can be asked of a row of the index, without the record. */
export function isAnsweredByIndex(condition: Condition): boolean {
  if (condition.kind === 'or' || condition.kind === 'and')
    return condition.conditions.every(isAnsweredByIndex)
  return condition.kind !== 'parameter' || condition.parameter.code !== '_lastUpdated'
}

const yes: Sql = sql`1 = 1`
const no: Sql = sql`1 = 0`

const all = (parts: Sql[]): Sql => (parts.length === 0 ? yes : sql`(${sql.join(parts, sql` and `)})`)
const any = (parts: Sql[]): Sql => (parts.length === 0 ? no : sql`(${sql.join(parts, sql` or `)})`)

/**
 * Search conditions as SQL on one record. Index rows are looked up by the record's own patient, so a condition never reads
 * outside the compartment it is asked in; what a chain or `_has` leads to is confined again.
 */
export function meetsCondition(condition: Condition, subject: Subject, within: Confinement, depth = 0): Sql {
  switch (condition.kind) {
    case 'or':
      return any(condition.conditions.map((each) => meetsCondition(each, subject, within, depth)))
    case 'and':
      return all(condition.conditions.map((each) => meetsCondition(each, subject, within, depth)))
    case 'chain':
      return meetsChain(condition, subject, within, depth)
    case 'has':
      return meetsHas(condition, subject, within, depth)
    case 'parameter':
      return meetsParameter(condition, subject)
  }
}

/** Another record in the same statement, whose columns are `${alias}.…`. */
function nextAlias(depth: number): string {
  return `record_${depth + 1}`
}

/**
 * The record that a reference names. In the same compartment it is readable as the one that names it; a shared one is,
 * because a readable record cites it; one of another patient must be covered itself.
 */
function meetsChain(
  { reference, targetType, condition }: Extract<Condition, { kind: 'chain' }>,
  { alias, type }: Subject,
  within: Confinement,
  depth: number,
): Sql {
  const target = nextAlias(depth)
  const met = meetsCondition(condition, { alias: target, type: targetType }, within, depth + 1)
  return sql`exists (
    select 1 from record_text as link
    join record as ${sql.ref(target)}
      on ${sql.ref(`${target}.type`)} = ${targetType}
      and ${sql.ref(`${target}.id`)} = substr(link.value, ${targetType.length + 2})
    where link.patient_id = ${sql.ref(`${alias}.patient_id`)} and link.type = ${type}
      and link.param = ${reference.code} and link.id = ${sql.ref(`${alias}.id`)}
      and link.value like ${`${targetType}/%`}
      and (${sql.ref(`${target}.patient_id`)} = ${sql.ref(`${alias}.patient_id`)}
        or ${sql.ref(`${target}.patient_id`)} = ''
        or ${isCovered(`${target}.patient_id`, within)})
      and ${met})`
}

/** Records that name this one: looked for in the covered compartments alone. */
function meetsHas(
  { type: otherType, reference, condition }: Extract<Condition, { kind: 'has' }>,
  { alias, type }: Subject,
  within: Confinement,
  depth: number,
): Sql {
  const other = nextAlias(depth)
  const met = meetsCondition(condition, { alias: other, type: otherType }, within, depth + 1)
  return sql`exists (
    select 1 from record_text as link
    join record as ${sql.ref(other)}
      on ${sql.ref(`${other}.patient_id`)} = link.patient_id
      and ${sql.ref(`${other}.type`)} = link.type and ${sql.ref(`${other}.id`)} = link.id
    where link.patient_id <> '' and ${isCovered('link.patient_id', within)} and link.type = ${otherType}
      and link.param = ${reference.code} and link.value = ${`${type}/`} || ${sql.ref(`${alias}.id`)}
      and ${met})`
}

function meetsParameter(condition: ParameterCondition, subject: Subject): Sql {
  const { parameter, modifier, values, isMissing } = condition
  if (parameter.code === '_id') return meetsId(values, subject)
  if (parameter.code === '_lastUpdated') return meetsLastUpdated(values, subject)
  if (modifier === 'missing') {
    const present = any([
      rowExists('record_text', condition, subject, yes),
      rowExists('record_range', condition, subject, yes),
    ])
    return isMissing ? sql`not ${present}` : present
  }
  const met = any(values.map((value) => meetsValue(value, condition, subject)))
  return modifier === 'not' ? sql`not ${met}` : met
}

function meetsId(values: SearchValue[], { alias }: Subject): Sql {
  const ids = values.flatMap((value) => (value.type === 'token' && value.code ? [value.code] : []))
  return ids.length === 0 ? no : sql`${sql.ref(`${alias}.id`)} in (${sql.join(ids)})`
}

/** A moment, stored as the millisecond that it begins: the range [t, t + 1). */
function meetsLastUpdated(values: SearchValue[], { alias }: Subject): Sql {
  const low = sql.ref(`${alias}.last_updated`)
  return any(
    values.flatMap((value) =>
      value.type === 'date'
        ? [compare(value.prefix, { low, high: sql`(${low} + 1)` }, { low: value.start, high: value.end })]
        : [],
    ),
  )
}

function meetsValue(value: SearchValue, condition: ParameterCondition, subject: Subject): Sql {
  const inText = (rule: Sql) => rowExists('record_text', condition, subject, rule)
  const inRange = (prefix: Prefix, low: number, high: number, unit: string): Sql =>
    rowExists(
      'record_range',
      condition,
      subject,
      all([
        sql`entry.unit = ${unit}`,
        compare(prefix, { low: sql`entry.low`, high: sql`entry.high` }, { low, high }),
      ]),
    )
  switch (value.type) {
    case 'token':
      return inText(meetsToken(value, 'entry'))
    case 'string':
      return inText(meetsString(value, condition.modifier))
    case 'reference':
      return value.targets.length === 0 ? no : inText(sql`entry.value in (${sql.join(value.targets)})`)
    case 'uri':
      return inText(meetsUri(value.value, condition.modifier))
    case 'date': {
      const byRows = inRange(value.prefix, value.start, value.end, '')
      if (!subject.hasMainDate || condition.parameter.code !== mainDateOf(subject.type)) return byRows
      return meetsMainDate(value, subject.alias, byRows)
    }
    case 'number':
    case 'quantity':
      return inRange(value.prefix, value.low, value.high, unitOf(value))
    case 'composite':
      if (value.form === 'range') return inRange(value.prefix, value.low, value.high, value.unit)
      return inText(
        any(
          value.values.map((text) =>
            value.match === 'equal'
              ? sql<boolean>`entry.value = ${text}`
              : beginsWith(sql`entry.value`, text),
          ),
        ),
      )
  }
}

function meetsToken({ code, system }: TokenValue, alias: string): Sql {
  return all([
    ...(code === undefined ? [] : [sql<boolean>`${sql.ref(`${alias}.value`)} = ${code}`]),
    ...(system === undefined ? [] : [sql<boolean>`${sql.ref(`${alias}.system`)} = ${system ?? ''}`]),
  ])
}

/** The one date that nearly every record has; for one with several its rows are asked. */
function meetsMainDate(
  { prefix, start, end }: Extract<SearchValue, { type: 'date' }>,
  alias: string,
  byRows: Sql,
): Sql {
  const [low, high] = [sql.ref(`${alias}.low`), sql.ref(`${alias}.high`)]
  const one = compare(prefix, { low, high }, { low: start, high: end })
  const several = sql<boolean>`${low} = ${sql.lit(severalMainDates.low)}`
  // A record without one has its end before its beginning.
  return sql`case when ${several} then ${byRows} else ${high} > ${low} and ${one} end`
}

function unitOf({ unit }: NumberValue): string {
  return unit ?? ''
}

function meetsString(
  { normalized, original }: { normalized: string; original: string },
  modifier: ParameterCondition['modifier'],
): Sql {
  if (modifier === 'exact') return sql`entry.system = ${original}`
  if (modifier === 'contains') return sql`entry.value like ${`%${escapeLike(normalized)}%`} escape '\\'`
  return beginsWith(sql`entry.value`, normalized)
}

function meetsUri(uri: string, modifier: ParameterCondition['modifier']): Sql {
  if (modifier === 'below')
    return any([sql`entry.value = ${uri}`, beginsWith(sql`entry.value`, `${uri.replace(/\/$/, '')}/`)])
  // Every address above is a beginning of it that ends before a slash.
  if (modifier === 'above') {
    const above = uri.split('/').map((_part, index, parts) => parts.slice(0, index + 1).join('/'))
    return sql`entry.value in (${sql.join(above)})`
  }
  return sql`entry.value = ${uri}`
}

/** A range of the key instead of LIKE, which neither database would answer from it for certain. */
function beginsWith(column: RawBuilder<unknown>, text: string): Sql {
  return text === '' ? yes : sql`(${column} >= ${text} and ${column} < ${`${text}\u{10ffff}`})`
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)
}

/** Whether the record has a row of the parameter in the index that meets the rule. */
function rowExists(
  table: 'record_text' | 'record_range',
  { parameter, modifier }: ParameterCondition,
  { alias, type, patientId }: Subject,
  rule: Sql,
): Sql {
  const param =
    modifier === 'text' || modifier === 'identifier' ? `${parameter.code}:${modifier}` : parameter.code
  const rows = sql`from ${sql.table(table)} as entry where entry.type = ${type} and entry.param = ${param} and ${rule}`
  const id = sql.ref(`${alias}.id`)
  if (patientId !== undefined)
    return sql`${id} in (select entry.id ${rows} and entry.patient_id = ${patientId})`
  return sql`exists (
    select 1 ${rows} and entry.patient_id = ${sql.ref(`${alias}.patient_id`)} and entry.id = ${id})`
}

interface Range<Bound> {
  low: Bound
  high: Bound
}

/** The prefixes of FHIR R4 on ranges; the same rules as `meetsDateCondition` of fhir/dates.ts. */
function compare(prefix: Prefix, stored: Range<RawBuilder<unknown>>, asked: Range<number>): Sql {
  const { low, high } = stored
  const rules: Record<Prefix, Sql> = {
    eq: sql`(${low} >= ${asked.low} and ${high} <= ${asked.high})`,
    ne: sql`(${low} < ${asked.low} or ${high} > ${asked.high})`,
    gt: sql`${high} > ${asked.high}`,
    lt: sql`${low} < ${asked.low}`,
    ge: sql`(${low} >= ${asked.low} or ${high} > ${asked.high})`,
    le: sql`(${high} <= ${asked.high} or ${low} < ${asked.low})`,
    sa: sql`${low} >= ${asked.high}`,
    eb: sql`${high} <= ${asked.low}`,
    ap: sql`(${low} < ${asked.high} and ${high} > ${asked.low})`,
  }
  return rules[prefix]
}
