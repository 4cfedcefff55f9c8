import {
  canBeAboutNobody,
  canBeAboutPatient,
  isCitable,
  onlySubjectElement,
} from '#fhir/compartment/compartment.ts'
import type { Prefix } from '#fhir/prefix.ts'
import { mainDateOf } from '#fhir/search/main-date.ts'
import type {
  ChainCondition,
  Condition,
  HasCondition,
  NumberValue,
  ParameterCondition,
  SearchValue,
  TokenValue,
} from '#fhir/search/search-query.ts'
import type { Confinement } from '../../confinement.ts'
import { type Fragment, isInTime, sqlJoin, sqlName, sqlNothing, sqlText } from '../../store/statement.ts'
import { citedIds } from '../citations.ts'
import { confinedPatients, isAmongConfined, isConfined } from '../confinement-conditions.ts'
import { parameterNumber } from './parameter-number.ts'

/** The record that conditions are about, by its name in the statement. */
export interface SearchedRow {
  alias: string
  type: string
  /** A row of the index has only the number and the main date of its record. */
  table: 'record' | 'record_text'
  /** Set when all records are of one patient. Then one look into the index is enough for all of them. */
  patientId?: string | undefined
  /** Set when many records of all these patients are looked at. Then one look into the index is enough for them, too. */
  among?: Confinement | undefined
}

/** The number of the record. */
export function numberOf({ alias, table }: Pick<SearchedRow, 'alias' | 'table'>): Fragment {
  return sqlName(`${alias}.${table === 'record' ? 'no' : 'record_no'}`)
}

/** Whether a condition can be asked of a row of the index, without the record. */
export function isAnsweredByIndex(condition: Condition): boolean {
  switch (condition.kind) {
    case 'or':
    case 'and':
      return condition.conditions.every(isAnsweredByIndex)
    case 'parameter':
      return condition.parameter.code !== '_lastUpdated' && condition.parameter.code !== '_id'
    case 'chain':
      return true
    case 'has':
      return false
    default:
      throw condition satisfies never
  }
}

type DateValue = Extract<SearchValue, { type: 'date' }>

const yes: Fragment = sqlText`1 = 1`
const no: Fragment = sqlText`1 = 0`

const all = (parts: Fragment[]): Fragment =>
  parts.length === 0 ? yes : sqlText`(${sqlJoin(parts, ' and ')})`
const any = (parts: Fragment[]): Fragment => (parts.length === 0 ? no : sqlText`(${sqlJoin(parts, ' or ')})`)

/**
 * Search conditions as SQL on one record. Index rows are looked up by the record's own patient, so a condition never reads
 * outside the compartment of the record. The records that a chain or `_has` leads to are confined again.
 */
export function meetsCondition(
  condition: Condition,
  searched: SearchedRow,
  confinement: Confinement,
  depth = 0,
): Fragment {
  switch (condition.kind) {
    case 'or':
      return any(condition.conditions.map((each) => meetsCondition(each, searched, confinement, depth)))
    case 'and':
      return all(condition.conditions.map((each) => meetsCondition(each, searched, confinement, depth)))
    case 'chain':
      return meetsChain(condition, searched, confinement, depth)
    case 'has':
      return meetsHas(condition, searched, confinement, depth)
    case 'parameter':
      return meetsParameter(condition, searched)
    default:
      throw condition satisfies never
  }
}

/** Another record in the same statement, whose columns are `${alias}.…`. */
function nextAlias(depth: number): string {
  return `record_${depth + 1}`
}

/** The record that a reference names. */
function meetsChain(
  chain: ChainCondition,
  searched: SearchedRow,
  confinement: Confinement,
  depth: number,
): Fragment {
  const { reference, targetType } = chain
  if (targetType === 'Patient' && namesOwnPatient(searched.type, reference.code))
    return meetsOwnPatient(chain, searched, confinement, depth)
  const target = nextAlias(depth)
  const isLink = sqlText`link.parameter = ${parameterNumber(searched.type, reference.code)} and ${beginsWith(sqlText`link.value`, `${targetType}/`)}`
  const found = { alias: target, type: targetType, table: 'record' } as const
  // With many records each target is looked at once, and not once for each record that names it.
  if (searched.among && searched.among.practiceIds.length > 0 && !canBeAboutNobody(targetType)) {
    const ofTarget = { ...found, among: confinement }
    const met = meetsCondition(chain.condition, ofTarget, confinement, depth + 1)
    const targets = sqlText`select ${`${targetType}/`} || ${sqlName(`${target}.id`)}
      from ${confinedPatients(confinement)} as panel cross join record as ${sqlName(target)}
      where ${sqlName(`${target}.patient_id`)} = panel.patient_id and ${sqlName(`${target}.type`)} = ${targetType}
        and ${isInTime(`${target}.no`)} and ${met}`
    return isAmongLinks(
      searched,
      sqlText`${isLink} and ${isInSet(sqlText`${unindexed('link.value')} in (${targets})`)}`,
    )
  }
  const met = meetsCondition(chain.condition, found, confinement, depth + 1)
  const isTarget = sqlText`${sqlName(`${target}.type`)} = ${targetType}
      and ${sqlName(`${target}.id`)} = substr(link.value, ${targetType.length + 2})
      and ${isReadableFrom('link', found, confinement)} and ${isInTime(`${target}.no`)} and ${met}`
  const join = sqlText`cross join record as ${sqlName(target)}`
  if (searched.patientId !== undefined || searched.among)
    return isAmongLinks(searched, sqlText`${isLink} and ${isTarget}`, join)
  return sqlText`exists (
    select 1 from record_text as link ${join}
    where link.patient_id = ${sqlName(`${searched.alias}.patient_id`)} and link.record_no = ${numberOf(searched)}
      and ${isLink} and ${isTarget})`
}

/** Whether the record is among those whose rows of the index `link` meet a rule: asked once for all records. */
function isAmongLinks(searched: SearchedRow, rule: Fragment, join: Fragment = sqlNothing): Fragment {
  const { patientId, among } = searched
  const [patients, isOf] =
    among && patientId === undefined
      ? [sqlText`${confinedPatients(among)} as panel cross join`, sqlText`link.patient_id = panel.patient_id`]
      : [sqlNothing, sqlText`link.patient_id = ${patientId ?? ''}`]
  return isInSet(sqlText`${numberOf(searched)} in (
    select link.record_no from ${patients} record_text as link ${join}
    where ${isOf} and ${isInTime('link.record_no')} and ${rule})`)
}

/**
 * Whether a value is in a set that is made once. PostgreSQL does not know how many rows a join would have, and would compare all
 * with all. It does not turn this expression into a join.
 */
function isInSet(isIn: Fragment): Fragment {
  return { ...isIn, onPostgres: sqlText`(${{ strings: isIn.strings, parts: isIn.parts }}) is true` }
}

/** Whether the record is one of those of some rows of the index. PostgreSQL finds it by patient and number alone. */
function isAmongRows(searched: SearchedRow, name: string, rows: Fragment): Fragment {
  const [ofRow, no] = [sqlName(`${name}.record_no`), numberOf(searched)]
  return {
    ...sqlText`${no} in (select ${ofRow} ${rows})`,
    onPostgres: sqlText`(${sqlName(`${searched.alias}.patient_id`)}, ${no}) in (
      select ${sqlName(`${name}.patient_id`)}, ${ofRow} ${rows})`,
  }
}

/** Whether this parameter of each record of a type names the patient of its compartment, and nobody else. */
function namesOwnPatient(type: string, code: string): boolean {
  const element = onlySubjectElement(type)
  return element !== undefined && (code === element || code === 'patient')
}

/** The patient of the compartment in which the record lies. By record_pk. */
function meetsOwnPatient(
  { condition }: ChainCondition,
  { alias, among }: SearchedRow,
  confinement: Confinement,
  depth: number,
): Fragment {
  const patient = nextAlias(depth)
  const searched: SearchedRow = { alias: patient, type: 'Patient', table: 'record', among }
  const met = meetsCondition(condition, searched, confinement, depth + 1)
  const ofCompartment = (holder: Fragment) => sqlText`
    ${sqlName(`${patient}.patient_id`)} = ${holder} and ${sqlName(`${patient}.type`)} = 'Patient'
      and ${sqlName(`${patient}.id`)} = ${holder} and ${isInTime(`${patient}.no`)} and ${met}`
  if (!among)
    return sqlText`exists (select 1 from record as ${sqlName(patient)}
      where ${ofCompartment(sqlName(`${alias}.patient_id`))})`
  return sqlText`${sqlName(`${alias}.patient_id`)} in (
    select panel.patient_id from ${confinedPatients(among)} as panel cross join record as ${sqlName(patient)}
    where ${ofCompartment(sqlText`panel.patient_id`)})`
}

/**
 * Whether the record that a readable one names can be read. In the same compartment it is as readable as the first one. In
 * another compartment it must be covered itself. A shared record of the same practice is readable because it is cited. Any other
 * record about nobody is readable by its practice alone.
 */
function isReadableFrom(
  source: string,
  { alias, type }: Pick<SearchedRow, 'alias' | 'type'>,
  confinement: Confinement,
): Fragment {
  const patient = sqlName(`${alias}.patient_id`)
  const { practiceIds } = confinement
  const ways: Fragment[] = []
  if (canBeAboutPatient(type))
    ways.push(
      sqlText`${patient} <> '' and (${patient} = ${sqlName(`${source}.patient_id`)} or ${isConfined(`${alias}.patient_id`, confinement)})`,
    )
  // uses record_no
  if (isCitable(type))
    ways.push(sqlText`${patient} = '' and exists (
      select 1 from record as holder
      where holder.patient_id = ${sqlName(`${source}.patient_id`)} and holder.no = ${sqlName(`${source}.record_no`)}
        and holder.practice_id = ${sqlName(`${alias}.practice_id`)})`)
  else if (canBeAboutNobody(type) && practiceIds.length > 0)
    ways.push(sqlText`${patient} = '' and ${sqlName(`${alias}.practice_id`)} in (${sqlJoin(practiceIds)})`)
  return any(ways)
}

/** Records that name this one. They are looked for in the covered compartments, and among the readable records about nobody. */
function meetsHas(
  has: HasCondition,
  searched: SearchedRow,
  confinement: Confinement,
  depth: number,
): Fragment {
  const { type: otherType, reference, condition } = has
  const { alias, type, among } = searched
  const other = nextAlias(depth)
  const isNamed = type === 'Patient' && namesOwnPatient(otherType, reference.code)
  const parameter = sqlText`link.parameter = ${parameterNumber(otherType, reference.code)}`
  const names = sqlText`link.value = ${`${type}/`} || ${sqlName(`${alias}.id`)}`
  const isOther = sqlText`${sqlName(`${other}.patient_id`)} = link.patient_id and ${sqlName(`${other}.no`)} = link.record_no`
  const ofOther: SearchedRow = { alias: other, type: otherType, table: 'record' }
  const met = meetsCondition(condition, ofOther, confinement, depth + 1)
  const existsIn = (place: Fragment) => sqlText`exists (
    select 1 from record_text as link cross join record as ${sqlName(other)}
    where ${place} and ${parameter} and ${names} and ${isOther} and ${isInTime(`${other}.no`)} and ${met})`
  // One statement for each, so that each begins at its part of the index.
  const places: Fragment[] = []
  if (canBeAboutPatient(otherType) && among) places.push(isAmongNamed(has, searched, confinement, depth))
  else if (canBeAboutPatient(otherType)) {
    // A record about a patient lies in the compartment of that patient.
    const compartment = isNamed
      ? sqlText`link.patient_id = ${sqlName(`${alias}.id`)} and ${isConfined('link.patient_id', confinement)}`
      : sqlText`link.patient_id <> '' and ${isAmongConfined('link.patient_id', confinement)}`
    places.push(existsIn(compartment))
  }
  const aboutNobody = canBeAboutNobody(otherType) ? isReadAboutNobody(other, otherType, confinement) : no
  if (aboutNobody !== no) places.push(existsIn(sqlText`link.patient_id = '' and ${aboutNobody}`))
  return any(places)
}

/** The same for many records: all named records of the covered compartments are found once. */
function isAmongNamed(
  { type: otherType, reference, condition }: HasCondition,
  { alias, type }: SearchedRow,
  confinement: Confinement,
  depth: number,
): Fragment {
  const other = nextAlias(depth)
  // The naming row needs no look at its record when the index answers the other conditions.
  const isOfRow = isAnsweredByIndex(condition)
  const ofOther: SearchedRow = isOfRow
    ? { alias: 'link', type: otherType, table: 'record_text', among: confinement }
    : { alias: other, type: otherType, table: 'record', among: confinement }
  const met = meetsCondition(condition, ofOther, confinement, depth + 1)
  const [join, isOther] = isOfRow
    ? [sqlNothing, yes]
    : [
        sqlText`cross join record as ${sqlName(other)}`,
        sqlText`${sqlName(`${other}.patient_id`)} = link.patient_id and ${sqlName(`${other}.no`)} = link.record_no`,
      ]
  return isInSet(sqlText`${sqlName(`${alias}.id`)} in (
    select substr(link.value, ${type.length + 2})
    from ${confinedPatients(confinement)} as panel cross join record_text as link ${join}
    where link.patient_id = panel.patient_id and link.parameter = ${parameterNumber(otherType, reference.code)}
      and ${beginsWith(sqlText`link.value`, `${type}/`)} and ${isOther} and ${isInTime('link.record_no')} and ${met})`)
}

/** Whether a record about nobody is of a covered practice, or cited. */
function isReadAboutNobody(alias: string, type: string, confinement: Confinement): Fragment {
  const { practiceIds } = confinement
  const cited = citedIds(confinement, type)
  const ways = [
    ...(practiceIds.length > 0
      ? [sqlText`${sqlName(`${alias}.practice_id`)} in (${sqlJoin(practiceIds)})`]
      : []),
    ...(cited ? [sqlText`${sqlName(`${alias}.id`)} in ${cited}`] : []),
  ]
  return any(ways)
}

function meetsParameter(condition: ParameterCondition, searched: SearchedRow): Fragment {
  const { parameter, modifier, values, isMissing } = condition
  if (parameter.code === '_id') return meetsId(values, searched)
  if (parameter.code === '_lastUpdated') return meetsLastUpdated(values, searched)
  if (modifier === 'missing') {
    const present = any([
      rowExists('record_text', condition, searched, yes),
      rowExists('record_range', condition, searched, yes),
    ])
    return isMissing ? sqlText`not ${present}` : present
  }
  const met = any(values.map((value) => meetsValue(value, condition, searched)))
  return modifier === 'not' ? sqlText`not ${met}` : met
}

function meetsId(values: SearchValue[], { alias }: SearchedRow): Fragment {
  const ids = values.flatMap((value) => (value.type === 'token' && value.code ? [value.code] : []))
  return ids.length === 0 ? no : sqlText`${sqlName(`${alias}.id`)} in (${sqlJoin(ids)})`
}

/** A moment, stored as the millisecond that it begins: the range [t, t + 1). */
function meetsLastUpdated(values: SearchValue[], { alias }: SearchedRow): Fragment {
  const low = sqlName(`${alias}.last_updated`)
  return any(
    values.flatMap((value) =>
      value.type === 'date'
        ? [compare(value.prefix, { low, high: sqlText`(${low} + 1)` }, { low: value.start, high: value.end })]
        : [],
    ),
  )
}

function meetsValue(value: SearchValue, condition: ParameterCondition, searched: SearchedRow): Fragment {
  const inText = (rule: Fragment) => rowExists('record_text', condition, searched, rule)
  const inRange = (prefix: Prefix, low: number, high: number, unit: string): Fragment =>
    rowExists(
      'record_range',
      condition,
      searched,
      all([
        sqlText`entry.unit = ${unit}`,
        compare(prefix, { low: sqlText`entry.low`, high: sqlText`entry.high` }, { low, high }),
      ]),
    )
  switch (value.type) {
    case 'token':
      return inText(meetsToken(value, 'entry'))
    case 'string':
      return inText(meetsString(value, condition.modifier))
    case 'reference':
      return value.targets.length === 0 ? no : inText(isOneOf(value.targets, searched))
    case 'uri':
      return inText(meetsUri(value.value, condition.modifier))
    case 'date': {
      const byRows = inRange(value.prefix, value.start, value.end, '')
      if (searched.table === 'record' || condition.parameter.code !== mainDateOf(searched.type)) return byRows
      return meetsMainDate(value, searched.alias, byRows)
    }
    case 'number':
    case 'quantity':
      return inRange(value.prefix, value.low, value.high, unitOf(value))
    case 'composite':
      if (value.form === 'range') return inRange(value.prefix, value.low, value.high, value.unit)
      return inText(
        any(
          value.values.map((text) =>
            value.match === 'equal' ? sqlText`entry.value = ${text}` : beginsWith(sqlText`entry.value`, text),
          ),
        ),
      )
    default:
      throw value satisfies never
  }
}

/** `alias` is a row of `record_text`. */
export function meetsToken({ code, system }: TokenValue, alias: string): Fragment {
  return all([
    ...(code === undefined ? [] : [sqlText`${sqlName(`${alias}.value`)} = ${code}`]),
    ...(system === undefined ? [] : [sqlText`${sqlName(`${alias}.system`)} = ${system ?? ''}`]),
  ])
}

/**
 * The one date that nearly every record has. For a record with several dates, `low` and `high` are the first beginning and the
 * last end, which often decide. Otherwise the rows are used. A record without a date has values that no search reaches.
 */
function meetsMainDate({ prefix, start, end }: DateValue, alias: string, byRows: Fragment): Fragment {
  const [low, high, dates] = [sqlName(`${alias}.low`), sqlName(`${alias}.high`), sqlName(`${alias}.dates`)]
  const byDates = (one: Fragment) => sqlText`(${dates} = 1 and ${one}) or (${dates} = 2 and ${byRows})`
  switch (prefix) {
    case 'gt':
      return sqlText`${high} > ${end}`
    case 'lt':
      return sqlText`${low} < ${start}`
    case 'ge':
      return sqlText`(${high} > ${end} or ${byDates(sqlText`${low} >= ${start}`)})`
    case 'le':
      return sqlText`(${low} < ${start} or ${byDates(sqlText`${high} <= ${end}`)})`
    case 'eq':
    case 'ne':
    case 'sa':
    case 'eb':
    case 'ap':
      return sqlText`(${byDates(compare(prefix, { low, high }, { low: start, high: end }))})`
    default:
      throw prefix satisfies never
  }
}

/**
 * Lower bound for the end of a record's last main date, when the record meets the condition. Rows lie in the order of
 * that end, so that a walk need not go further back.
 */
export function earliestEnd(condition: Condition, type: string): number | undefined {
  if (condition.kind !== 'parameter' || condition.parameter.code !== mainDateOf(type)) return undefined
  const { modifier, values } = condition
  const ends = values.map((value) => (value.type === 'date' ? earliestEndOf(value) : undefined))
  return modifier === undefined && ends.every((end) => end !== undefined) ? Math.min(...ends) : undefined
}

function earliestEndOf({ prefix, start, end }: DateValue): number | undefined {
  if (prefix === 'gt' || prefix === 'sa') return end
  return prefix === 'ge' || prefix === 'eq' || prefix === 'ap' ? start : undefined
}

function unitOf({ unit }: NumberValue): string {
  return unit ?? ''
}

/** `entry` is a row of `record_text`. */
export function meetsString(
  { normalized, original }: { normalized: string; original: string },
  modifier: ParameterCondition['modifier'],
): Fragment {
  if (modifier === 'exact') return sqlText`entry.system = ${original}`
  if (modifier === 'contains') return sqlText`entry.value like ${`%${escapeLike(normalized)}%`} escape '\\'`
  return beginsWith(sqlText`entry.value`, normalized)
}

function meetsUri(uri: string, modifier: ParameterCondition['modifier']): Fragment {
  if (modifier === 'below')
    return any([
      sqlText`entry.value = ${uri}`,
      beginsWith(sqlText`entry.value`, `${uri.replace(/\/$/, '')}/`),
    ])
  // Every address above is a prefix that ends before a slash.
  if (modifier === 'above') {
    const above = uri.split('/').map((_part, index, parts) => parts.slice(0, index + 1).join('/'))
    return sqlText`entry.value in (${sqlJoin(above)})`
  }
  return sqlText`entry.value = ${uri}`
}

/** Few values are looked up in the index of each patient. With many values a look at all rows of the patient is faster. */
function isOneOf(targets: readonly string[], { among }: SearchedRow): Fragment {
  const column = among && targets.length > 8 ? unindexed('entry.value') : sqlText`entry.value`
  return sqlText`${column} in (${sqlJoin(targets)})`
}

/** A text column whose index is not to be used for the comparison. */
function unindexed(column: string): Fragment {
  return sqlText`(${sqlName(column)} || '')`
}

/** A range of the key instead of LIKE, which neither database would answer from it for certain. */
function beginsWith(column: Fragment, text: string): Fragment {
  return text === '' ? yes : sqlText`(${column} >= ${text} and ${column} < ${`${text}\u{10ffff}`})`
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)
}

/** Whether the record has a row of the parameter in the index that meets the rule. */
function rowExists(
  table: 'record_text' | 'record_range',
  { parameter, modifier }: ParameterCondition,
  searched: SearchedRow,
  rule: Fragment,
): Fragment {
  const { alias, type, patientId, among } = searched
  const param =
    modifier === 'text' || modifier === 'identifier' ? `${parameter.code}:${modifier}` : parameter.code
  const ofParameter = sqlText`entry.parameter = ${parameterNumber(type, param)}`
  const rows = sqlText`from ${sqlName(table)} as entry where ${ofParameter} and ${rule}`
  const no = numberOf(searched)
  if (patientId !== undefined)
    return sqlText`${no} in (select entry.record_no ${rows} and entry.patient_id = ${patientId})`
  // All rows of a record carry its main date, which comes before its number in the key.
  const sameDate =
    searched.table === 'record_text' && table === 'record_text'
      ? sqlText`and entry.high = ${sqlName(`${alias}.high`)}`
      : sqlNothing
  if (among && searched.table === 'record')
    return isAmongRows(
      searched,
      'entry',
      sqlText`from ${confinedPatients(among)} as panel cross join ${sqlName(table)} as entry
        where entry.patient_id = panel.patient_id and ${ofParameter} and ${rule} and ${isInTime('entry.record_no')}`,
    )
  return sqlText`exists (
    select 1 ${rows} and entry.patient_id = ${sqlName(`${alias}.patient_id`)} ${sameDate} and entry.record_no = ${no})`
}

interface Range<Bound> {
  low: Bound
  high: Bound
}

/** The prefixes of FHIR R4 on ranges; the same rules as `meetsDateCondition` of fhir/dates.ts. */
function compare(prefix: Prefix, stored: Range<Fragment>, asked: Range<number>): Fragment {
  const { low, high } = stored
  const rules: Record<Prefix, Fragment> = {
    eq: sqlText`(${low} >= ${asked.low} and ${high} <= ${asked.high})`,
    ne: sqlText`(${low} < ${asked.low} or ${high} > ${asked.high})`,
    gt: sqlText`${high} > ${asked.high}`,
    lt: sqlText`${low} < ${asked.low}`,
    ge: sqlText`(${low} >= ${asked.low} or ${high} > ${asked.high})`,
    le: sqlText`(${high} <= ${asked.high} or ${low} < ${asked.low})`,
    sa: sqlText`${low} >= ${asked.high}`,
    eb: sqlText`${high} <= ${asked.low}`,
    ap: sqlText`(${low} < ${asked.high} and ${high} > ${asked.low})`,
  }
  return rules[prefix]
}
