import { type ExpressionBuilder, ExpressionWrapper, type SqlBool } from 'kysely'
import type { Condition as SearchCondition } from '#fhir/search/search-query.ts'
import type { Confinement } from '../confinement.ts'
import type { Schema } from '../store/schema/schema.ts'
import { asExpression, type Fragment, isInTime } from '../store/statement.ts'
import { isFirstOfSeveral } from './confinement-conditions.ts'
import type { DateRange, ListQuery } from './list-query.ts'
import { meetsCondition } from './search/search-conditions.ts'

type Builder = ExpressionBuilder<Schema, 'record'>
type Condition = ExpressionWrapper<Schema, 'record', SqlBool>

/** Type and filters of a list, without the confinement. */
export function matchesQuery(eb: Builder, query: ListQuery): Condition {
  return eb.and([
    eb('record.type', '=', query.type),
    asCondition(isInTime('record.no')),
    ...(query.dates ?? []).map((range) => meetsDate(eb, range)),
    ...(query.lastUpdatedFrom === undefined ? [] : [eb('record.last_updated', '>=', query.lastUpdatedFrom)]),
    ...(query.conditions ?? []).map((each) => meets(each, query)),
  ])
}

/** Such a condition is about the record itself. A chain would look outside the confinement. */
function meets(condition: SearchCondition, { type }: ListQuery): Condition {
  const nowhere = { patientIds: [], practiceIds: [] }
  return asCondition(meetsCondition(condition, { alias: 'record', type, table: 'record' }, nowhere))
}

function asCondition(fragment: Fragment): Condition {
  return new ExpressionWrapper(asExpression(fragment).toOperationNode())
}

/** The prefixes of FHIR R4 as SQL; the same rules as `meetsDateCondition`. A record without a date meets none. */
function meetsDate(eb: Builder, { prefix, start, end }: DateRange): Condition {
  const from = (op: '<' | '>=', time: number) => eb('record.date_start', op, time)
  const to = (op: '<=' | '>', time: number) => eb('record.date_end', op, time)
  const conditions: Record<DateRange['prefix'], () => Condition> = {
    eq: () => eb.and([from('>=', start), to('<=', end)]),
    ne: () => eb.or([from('<', start), to('>', end)]),
    gt: () => eb.and([to('>', end)]),
    lt: () => eb.and([from('<', start)]),
    ge: () => eb.or([from('>=', start), to('>', end)]),
    le: () => eb.or([to('<=', end), from('<', start)]),
    sa: () => eb.and([from('>=', end)]),
    eb: () => eb.and([to('<=', start)]),
  }
  return conditions[prefix]()
}

/**
 * Keeps the row of a record in its first covered compartment. Records in several compartments are few. They are found once, by
 * record_several, when a row is one of them.
 */
export function isFirstRow(query: ListQuery, confinement: Confinement): Condition {
  return asCondition(isFirstOfSeveral(query.type, confinement))
}
