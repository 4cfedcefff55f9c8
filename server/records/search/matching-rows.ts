import { canBeAboutNobody, canBeAboutPatient, onlySubjectElement } from '#fhir/compartment/compartment.ts'
import type { Condition } from '#fhir/search/search-query.ts'
import { type Fragment, isInTime, sqlJoin, sqlNothing, sqlText } from '../../store/statement.ts'
import { citedIds, isCitedBelow } from '../citations.ts'
import type { Confinement } from '../confinement.ts'
import { isAmongCovered, isCovered, isFirstOfSeveral, isInFirstCompartment } from '../confinement.ts'
import { findByValue } from './found-by-value.ts'
import { findLead } from './leading-condition.ts'
import { ledRows, ledRowsOfEach } from './led-rows.ts'
import { countOf, joinedKeys, type Matching, namedKeys, type Query } from './matching.ts'
import { meetsCondition, type Subject } from './search-conditions.ts'
import { orderColumns, sortKey } from './search-order.ts'

/** Where a search looks. */
export interface Narrowed {
  /** Where its matches lie. */
  within: Confinement
  /** Where what its chains and `_has` lead to may lie. */
  reach: Confinement
  /**
   * False when the narrowing depends on the present content of records. Then the order must not depend on it, because the next
   * page must have the same order after another record has come.
   */
  isLasting: boolean
}

export function matchingRows({ within, reach, isLasting }: Narrowed, query: Query): Matching {
  const scopes = scopesOf(within, query)
  const [first, ...others] = scopes
  const patientId = isLasting && others.length === 0 ? first?.patientId : undefined
  const isLed = patientId || (first && first.isFew !== true && !canBeAboutNobody(query.type))
  const lead = isLed ? findLead(query) : undefined
  if (lead) {
    const led = { lead, conditions: remaining(query, patientId), reach }
    return patientId ? ledRows(query, led, patientId) : ledRowsOfEach(query, led, within)
  }
  const branches = (sort: Query['sort']) => {
    const found = (first ? scopes : [nowhere]).map((scope) => amongRecords(reach, { ...query, sort }, scope))
    return sqlJoin(found, ' union all ')
  }
  return {
    rows: branches(query.sort),
    total: countOf(branches([])),
    columns: orderColumns(query.sort, { by: 'id', isOnePatient: patientId !== undefined }),
    patientId,
    isCountedApart: query.sort.length === 0 && remaining(query, patientId).length === 0,
  }
}

/** The conditions that do not hold for all these records anyway. */
function remaining({ type, conditions }: Query, patientId: string | undefined): Condition[] {
  return conditions.filter((each) => !isImplied(each, type, patientId))
}

/** Whether every record of the type in the compartment of this patient meets the condition. */
function isImplied(condition: Condition, type: string, patientId: string | undefined): boolean {
  if (condition.kind === 'or') return condition.conditions.some((each) => isImplied(each, type, patientId))
  if (patientId === undefined || namedPatient(condition) !== patientId) return false
  const element = onlySubjectElement(type)
  const code = condition.kind === 'parameter' ? condition.parameter.code : ''
  return element !== undefined && (code === 'patient' || code === element)
}

/** The one patient whom a condition names, by `patient` or `subject`. */
export function namedPatient(condition: Condition): string | undefined {
  if (condition.kind !== 'parameter' || condition.modifier === 'identifier') return undefined
  const { parameter, values } = condition
  if (parameter.code !== 'patient' && parameter.code !== 'subject') return undefined
  const [value, another] = values
  if (another !== undefined || value?.type !== 'reference') return undefined
  const patients = value.targets.filter((target) => target.startsWith('Patient/'))
  return patients.length === 1 ? patients[0]?.slice('Patient/'.length) : undefined
}

/** Looks at every record of the type in a scope. */
function amongRecords(reach: Confinement, query: Query, { from, scope, patientId, among }: Scope): Fragment {
  // Records about nobody are of all practices, more than this looks at.
  const ofPatient = patientId === '' ? undefined : patientId
  const subject: Subject = { alias: 'record', type: query.type, table: 'record', patientId: ofPatient, among }
  const met = remaining(query, patientId).map((each) => sqlText` and ${meetsCondition(each, subject, reach)}`)
  const keys = query.sort.map((rule, index) => sortKey(subject, rule, index))
  return sqlText`
    select record.no, record.patient_id, record.id ${namedKeys(keys)}
    from ${from ?? sqlNothing} record ${joinedKeys(keys)}
    where record.type = ${query.type} and ${scope} and ${isInTime('record.no')} ${sqlJoin(met, '')}`
}

interface Scope {
  scope: Fragment
  /** The leading rows, when there are some. */
  from?: Fragment | undefined
  /** The patient of the one compartment, or '' for records about nobody. */
  patientId?: string | undefined
  /** Present when whole compartments of many patients are searched. */
  among?: Confinement | undefined
  /** Whether only few records are looked at. */
  isFew?: boolean
}

type Few = Scope & { isFew: true }

const nowhere: Scope = { scope: sqlText`1 = 0` }

/** Where records of the type may be read: in covered compartments, and about nobody where the rules of citing say so. */
function scopesOf(within: Confinement, { type, conditions }: Query): Scope[] {
  const isOne = within.patientIds.length === 1 && within.practiceIds.length === 0
  const few = isOne ? undefined : findFew(type, conditions)
  const scopes = [
    canBeAboutPatient(type) ? scopeOfPatients(within, type, few) : undefined,
    canBeAboutNobody(type) ? scopeOfNobody(within, type, few) : undefined,
  ]
  return scopes.filter((scope) => scope !== undefined)
}

function scopeOfPatients(within: Confinement, type: string, few: Few | undefined): Scope | undefined {
  const { patientIds, practiceIds } = within
  const [patientId, another] = patientIds
  if (patientId === undefined && practiceIds.length === 0) return undefined
  // With one compartment a record cannot come twice.
  if (patientId !== undefined && another === undefined && practiceIds.length === 0)
    return { scope: sqlText`record.patient_id = ${patientId}`, patientId }
  if (!few)
    return {
      scope: sqlText`${isAmongCovered('record.patient_id', within)} and ${isInFirstCompartment('record.no', type, within)}`,
      among: within,
    }
  const covered = isCovered('record.patient_id', within)
  return {
    ...few,
    scope: sqlText`${few.scope} and record.patient_id <> '' and ${covered} and ${isFirstOfSeveral(type, within)}`,
  }
}

function scopeOfNobody(within: Confinement, type: string, few: Few | undefined): Scope | undefined {
  const { practiceIds } = within
  const own = practiceIds.length > 0 ? sqlText`record.practice_id in (${sqlJoin(practiceIds)})` : undefined
  const cited = few ? isCitedBelow(within, type, 'record.id') : isInCited(within, type)
  const either = [own, cited].filter((each) => each !== undefined)
  if (either.length === 0) return undefined
  const scope = sqlText`record.patient_id = '' and (${sqlJoin(either, ' or ')})`
  return few ? { ...few, scope: sqlText`${few.scope} and ${scope}`, patientId: '' } : { scope, patientId: '' }
}

function isInCited(within: Confinement, type: string): Fragment | undefined {
  const ids = citedIds(within, type)
  return ids && sqlText`record.id in ${ids}`
}

/** Whether a condition names ids, or a value that few records have. Then the work does not grow with the panel. */
function findFew(type: string, conditions: readonly Condition[]): Few | undefined {
  // By record_address.
  if (conditions.some(isIds)) return { scope: sqlText`1 = 1`, isFew: true }
  const rows = findByValue(type, conditions)
  if (!rows) return undefined
  return {
    from: sqlText`(select distinct patient_id, record_no from (${rows}) as found) as picked cross join`,
    scope: sqlText`record.no = picked.record_no and record.patient_id = picked.patient_id`,
    isFew: true,
  }
}

function isIds(condition: Condition): boolean {
  if (condition.kind !== 'parameter' || condition.parameter.code !== '_id') return false
  return condition.modifier === undefined
}
