import { mainDateOf, noMainDate } from '#fhir/search/main-date.ts'
import type { Condition } from '#fhir/search/search-query.ts'
import type { Confinement } from '../../confinement.ts'
import { type Fragment, isInTime, sqlJoin, sqlName, sqlNothing, sqlText } from '../../store/statement.ts'
import { confinedPatients, isInFirstCompartment } from '../confinement-conditions.ts'
import type { DrivingCondition } from './driving-condition.ts'
import { countOf, joinedKeys, type Matching, namedKeys, type PagePlace, type Query } from './matching.ts'
import { earliestEnd, meetsCondition, type SearchedRow } from './search-conditions.ts'
import { isBeyond, orderColumns, type SortKey, sortKey } from './search-order.ts'

/** What drives a search, and what else its rows must meet. */
interface Driven {
  driving: DrivingCondition
  /** The conditions that do not hold for all these records anyway. The condition of the leading rows may be among them. */
  conditions: readonly Condition[]
  /** The confinement of the records that its chains lead to. */
  chainConfinement: Confinement
}

/** Looks at the leading rows of one compartment, and never at the records themselves. */
export function drivingRows(query: Query, driven: Driven, patientId: string): Matching {
  const { driving } = driven
  const searched: SearchedRow = { alias: 'driving', type: query.type, table: 'record_text', patientId }
  // By record_text_pk.
  const select = (keys: SortKey[]) => sqlText`
    select ${driving.isUnique ? sqlNothing : sqlText`distinct`}
      driving.patient_id, driving.record_no as no ${namedKeys(keys)}
    from record_text as driving ${joinedKeys(keys)}
    where driving.patient_id = ${patientId} and ${driving.isMet('driving', patientId)} ${meetsRest(driven, searched)}`
  const isNewestFirst = query.sort.length === 0
  return {
    // Without an order in the request the newest come first, which is the order of the rows.
    rows: select(
      isNewestFirst
        ? [{ expression: sqlName('driving.high'), join: sqlNothing }]
        : query.sort.map((rule, index) => sortKey(searched, rule, index)),
    ),
    total: countOf(select([])),
    columns: orderColumns(isNewestFirst ? [{ descending: true }] : query.sort, {
      by: 'no',
      isOnePatient: true,
    }),
    patientId,
    isCountedApart: true,
  }
}

/**
 * Looks at the same rows in each of several compartments, one after the other. It first finds the patients of the page. A page
 * has records of no more patients than it has records. Sorted by the main date, they are the patients whose first matches come
 * first, and each first match is one step into the index. The cost of such a search grows with the number of patients, not with
 * that of their records (docs/decisions/0017-what-a-search-costs.md).
 */
export function drivingRowsOfEach(query: Query, driven: Driven, confinement: Confinement): Matching {
  const { driving } = driven
  const searched: SearchedRow = {
    alias: 'driving',
    type: query.type,
    table: 'record_text',
    among: confinement,
  }
  const keys = query.sort.map((rule, index) => sortKey(searched, rule, index))
  const met = sqlText`
    driving.patient_id = panel.patient_id and ${driving.isMet('driving', sqlName('panel.patient_id'))} ${meetsRest(driven, searched)}
    and ${isInFirstCompartment('driving.record_no', query.type, confinement)}`
  const once = driving.isUnique ? sqlNothing : sqlText`distinct`
  // The id only breaks ties, and is looked up only for ties.
  const sorted = sqlText`panel.patient_id, driving.record_no as no, (
      select record.id from record where record.patient_id = driving.patient_id and record.no = driving.record_no) as id
      ${namedKeys(keys)}`
  const covered = confinedPatients(confinement)
  // The order of the join is that of the patients: by practice_patient_pk and record_text_pk.
  const rowsOf = (patients: Fragment) => sqlText`
    select ${once} ${sorted} from ${patients} as panel cross join record_text as driving
    where ${isInTime('panel.patient_id')} and ${met}`
  const rows = rowsOf(covered)
  const columns = orderColumns(query.sort, { by: 'id', isOnePatient: false })

  /**
   * A column of the first match of a patient. A statement of its own, so that PostgreSQL does not join all matches with all
   * patients.
   */
  const firstOf = (column: string, { from, isBackward }: PagePlace, order = sqlNothing) => sqlText`(
    select ${sqlName(column)} from (select ${sorted} from record_text as driving where ${met}) as found
    ${from ? sqlText`where ${isBeyond(columns, from, { isBackward })}` : sqlNothing} ${order} limit 1)`

  function byPatient(page: PagePlace): Fragment {
    const { from, isBackward, limit } = page
    const isAhead = isBackward ? sqlText`<=` : sqlText`>=`
    const patients = sqlText`(
      select panel.patient_id from ${covered} as panel
      where ${from ? sqlText`panel.patient_id ${isAhead} ${from.patientId} and` : sqlNothing}
        ${firstOf('found.no', page)} is not null
      order by panel.patient_id ${direction(isBackward)} limit ${limit})`
    // SQLite walks all of them in this order anyway, and stops.
    return { ...rows, onPostgres: rowsOf(patients) }
  }

  function byMainDate({ expression }: SortKey, isNewestFirst: boolean, page: PagePlace): Fragment {
    const { isBackward, limit } = page
    const isDescending = isNewestFirst !== isBackward
    const order = direction(isDescending)
    const [lastOf, isNear, end] = isDescending
      ? [sqlText`min`, sqlText`>=`, noMainDate.high]
      : [sqlText`max`, sqlText`<=`, noMainDate.low]
    // With as many patients as records on the page, no record of the page comes after the last of the first matches. With
    // fewer patients, each of their records may be on the page.
    const patients = sqlText`(
      select patient_id, case when count(*) over () = ${limit} then ${lastOf}(first_key) over () else ${end} end as last_key
      from (
        select panel.patient_id, ${firstOf('found.k0', page, sqlText`order by found.k0 ${order}`)} as first_key
        from ${covered} as panel where ${isInTime('panel.patient_id')}
        order by first_key ${order} nulls last, panel.patient_id ${direction(isBackward)} limit ${limit}) as firsts
      where first_key is not null)`
    return sqlText`${rowsOf(patients)} and ${expression} ${isNear} panel.last_key`
  }

  function rowsAround(page: PagePlace): Fragment {
    const [rule, another] = query.sort
    const [key] = keys
    if (!rule || !key) return byPatient(page)
    const isByMainDate = typeof rule.parameter === 'object' && rule.parameter.code === mainDateOf(query.type)
    return isByMainDate && !another ? byMainDate(key, rule.descending, page) : rows
  }

  const ofPatient = sqlText`select ${once} driving.record_no as no from record_text as driving where ${met}`
  return {
    rows,
    rowsAround,
    total: sqlText`(
      select coalesce(sum(${countOf(ofPatient)}), 0) from ${covered} as panel where ${isInTime('panel.patient_id')})`,
    columns,
    patientId: undefined,
    isCountedApart: true,
  }
}

function direction(isDescending: boolean): Fragment {
  return isDescending ? sqlText`desc` : sqlText`asc`
}

/** The other conditions of the search, with how far back the walk along the rows goes. */
function meetsRest({ driving, conditions, chainConfinement }: Driven, searched: SearchedRow): Fragment {
  const asked = conditions.filter((each) => each !== driving.answers)
  const ends = asked.map((each) => earliestEnd(each, searched.type)).filter((end) => end !== undefined)
  return sqlJoin(
    [
      ...ends.map((end) => sqlText` and driving.high > ${end}`),
      ...asked.map((each) => sqlText` and ${meetsCondition(each, searched, chainConfinement)}`),
    ],
    '',
  )
}
