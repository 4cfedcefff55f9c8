import { mainDateOf, noMainDate } from '#fhir/search/main-date.ts'
import type { Condition } from '#fhir/search/search-query.ts'
import { type Fragment, isInTime, sqlJoin, sqlName, sqlNothing, sqlText } from '../../store/statement.ts'
import { coveredPatients, isCovered } from '../confinement.ts'
import type { Confinement } from '../records.ts'
import type { Lead } from './leading-condition.ts'
import { joinedKeys, type Matching, namedKeys, type PagePlace, type Query } from './matching.ts'
import { certainEnd, earliestEnd, meetsCondition, type Subject } from './search-conditions.ts'
import { isBeyond, orderColumns, type SortKey, sortKey } from './search-order.ts'

/** What a search is led by, and what else its rows must meet. */
interface Led {
  lead: Lead
  /** The conditions that are not true of every record that comes into question; that of the lead may be among them. */
  conditions: readonly Condition[]
  /** Where what its chains lead to may lie. */
  reach: Confinement
}

/** Looks in one compartment at the rows of the index that lead, and never at the records themselves. */
export function ledRows(query: Query, led: Led, patientId: string): Matching {
  const { lead } = led
  const subject: Subject = { alias: 'lead', type: query.type, table: 'record_text', patientId }
  // By record_text_pk.
  const select = (keys: SortKey[], rest = meetsRest(led, subject)) => sqlText`
    select ${lead.isUnique ? sqlNothing : sqlText`distinct`}
      lead.patient_id, lead.record_no as no ${namedKeys(keys)}
    from record_text as lead ${joinedKeys(keys)}
    where lead.patient_id = ${patientId} and ${lead.isMet('lead', patientId)} ${rest}`
  const isNewestFirst = query.sort.length === 0
  return {
    // Nobody asked for an order: the newest first is the one in which the rows lie.
    rows: select(
      isNewestFirst
        ? [{ expression: sqlName('lead.high'), join: sqlNothing }]
        : query.sort.map((rule, index) => sortKey(subject, rule, index)),
    ),
    unsorted: inParts(led, subject, (rest) => select([], rest)),
    columns: orderColumns(isNewestFirst ? [{ descending: true }] : query.sort, {
      by: 'no',
      isOnePatient: true,
    }),
    patientId,
    isCountedApart: true,
  }
}

/**
 * Looks at the same rows in each of several compartments, one after the other. Sorted by the main date, it first asks for the first
 * match of each patient alone, which is one step into the index. A page has records of no more patients than it has records, those whose first matches
 * come first; and when there are as many, none that comes after the last of these first matches. What such a search costs grows with the
 * number of patients, not with that of their records (docs/decisions/0017-what-a-search-costs.md).
 */
export function ledRowsOfEach(query: Query, led: Led, within: Confinement): Matching {
  const { lead } = led
  const subject: Subject = { alias: 'lead', type: query.type, table: 'record_text' }
  const keys = query.sort.map((rule, index) => sortKey(subject, rule, index))
  const meets = (rest: Fragment) => sqlText`
    lead.patient_id = panel.patient_id and ${lead.isMet('lead', sqlName('panel.patient_id'))} ${rest}
    and ${isOfFirstCompartment(within, query.type)}`
  const met = meets(meetsRest(led, subject))
  const once = lead.isUnique ? sqlNothing : sqlText`distinct`
  // The id only ends ties: it is looked up where there are some.
  const sorted = sqlText`panel.patient_id, lead.record_no as no, (
      select record.id from record where record.patient_id = lead.patient_id and record.no = lead.record_no) as id
      ${namedKeys(keys)}`
  const covered = coveredPatients(within)
  // Joined in this order, in which patients lie: by practice_patient_pk and record_text_pk.
  const rowsOf = (patients: Fragment, columns: Fragment, rule = met) => sqlText`
    select ${once} ${columns} from ${patients} as panel cross join record_text as lead
    where ${isInTime('panel.patient_id')} and ${rule}`
  const columns = orderColumns(query.sort, { by: 'id', isOnePatient: false })
  const [rule, another] = query.sort
  const [key] = keys
  const [column] = columns
  const byMainDate =
    rule && !another && typeof rule.parameter === 'object' && rule.parameter.code === mainDateOf(query.type)

  function rowsAround(date: SortKey, { from, isBackward, limit }: PagePlace): Fragment {
    const beyond = from ? sqlText`where ${isBeyond(columns, from, isBackward)}` : sqlNothing
    const isDescending = rule?.descending !== isBackward
    const direction = isDescending ? sqlText`desc` : sqlText`asc`
    const first = sqlText`
      select found.k0 from (select ${sorted} from record_text as lead where ${met}) as found ${beyond}
      order by found.k0 ${direction} limit 1`
    const patients = sqlText`(
      select patient_id, case when count(*) over () = ${limit}
        then ${isDescending ? sqlText`min` : sqlText`max`}(first_key) over () else ${isDescending ? noMainDate.high : noMainDate.low} end as last_key
      from (
        select panel.patient_id, (${first}) as first_key from ${covered} as panel where ${isInTime('panel.patient_id')}
        order by first_key ${direction} nulls last, panel.patient_id ${isBackward ? sqlText`desc` : sqlText`asc`}
        limit ${limit}) as firsts
      where first_key is not null)`
    const isNear = isDescending ? sqlText`>=` : sqlText`<=`
    return sqlText`${rowsOf(patients, sorted)} and ${date.expression} ${isNear} panel.last_key`
  }

  return {
    rows: rowsOf(covered, sorted),
    rowsAround: byMainDate && key && column ? (page) => rowsAround(key, page) : undefined,
    unsorted: inParts(led, subject, (rest) =>
      rowsOf(covered, sqlText`lead.patient_id, lead.record_no as no`, meets(rest)),
    ),
    columns,
    patientId: undefined,
    isCountedApart: true,
  }
}

/** The other conditions of the search, with how far back the walk along the rows goes. */
function meetsRest({ lead, conditions, reach }: Led, subject: Subject): Fragment {
  const asked = conditions.filter((each) => each !== lead.answers)
  const ends = asked.map((each) => earliestEnd(each, subject.type)).filter((end) => end !== undefined)
  return sqlJoin(
    [
      ...ends.map((end) => sqlText` and lead.high > ${end}`),
      ...asked.map((each) => sqlText` and ${meetsCondition(each, subject, reach)}`),
    ],
    '',
  )
}

/**
 * Rows that end after the dates asked for meet `ge` and `gt` by that alone, which the key tells: PostgreSQL counts them without their table.
 * Only the others, of one day or year, are asked for the rest. SQLite has the table in the key, and reads it once as quickly.
 */
function inParts(led: Led, subject: Subject, rowsWith: (rest: Fragment) => Fragment): Fragment {
  const whole = rowsWith(meetsRest(led, subject))
  const endOf = (condition: Condition) => certainEnd(condition, subject.type)
  const ends = led.conditions.map(endOf).filter((end) => end !== undefined)
  if (ends.length === 0) return whole
  const end = Math.max(...ends)
  const undated = { ...led, conditions: led.conditions.filter((each) => endOf(each) === undefined) }
  const certain = rowsWith(sqlText`and lead.high > ${end} ${meetsRest(undated, subject)}`)
  const others = rowsWith(sqlText`and lead.high <= ${end} ${meetsRest(led, subject)}`)
  return { ...whole, onPostgres: sqlText`${certain} union all ${others}` }
}

/**
 * A record in several covered compartments counts in the first. Such records are few: by record_several, once for all rows. Joined in
 * this order, because SQLite would begin with all records of the panel.
 */
function isOfFirstCompartment(within: Confinement, type: string): Fragment {
  return sqlText`lead.record_no not in (
    select several.no from record as several cross join record as other
    where several.type = ${type} and several.compartments > 1
      and other.type = several.type and other.id = several.id and other.compartments > 1
      and other.patient_id < several.patient_id and ${isCovered('other.patient_id', within)})`
}
