import { canBeAboutNobody, canBeAboutPatient, onlySubjectElement } from '#fhir/compartment/compartment.ts'
import type { Condition } from '#fhir/search/search-query.ts'
import { type Fragment, isInTime, sqlJoin, sqlText } from '../../store/statement.ts'
import { citedIds } from '../citations.ts'
import { isCovered } from '../confinement.ts'
import type { Confinement } from '../records.ts'
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
   * False when it follows from what records say at this moment. Then the order does not depend on it: the next page, for which
   * another record may have come, must go on in the same.
   */
  isLasting: boolean
}

export function matchingRows({ within, reach, isLasting }: Narrowed, query: Query): Matching {
  const scopes = scopesOf(within, query.type)
  const [first, ...others] = scopes
  const patientId = isLasting && others.length === 0 ? first?.patientId : undefined
  const lead = patientId || (first && !canBeAboutNobody(query.type)) ? findLead(query) : undefined
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

/** The conditions that are not true of every record that comes into question. */
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
function amongRecords(reach: Confinement, query: Query, { scope, patientId }: Scope): Fragment {
  // What is about nobody is of all practices: more than is looked at here.
  const ofPatient = patientId === '' ? undefined : patientId
  const subject: Subject = { alias: 'record', type: query.type, table: 'record', patientId: ofPatient }
  const met = remaining(query, patientId).map((each) => sqlText` and ${meetsCondition(each, subject, reach)}`)
  const keys = query.sort.map((rule, index) => sortKey(subject, rule, index))
  return sqlText`
    select record.no, record.patient_id, record.id ${namedKeys(keys)}
    from record ${joinedKeys(keys)} where record.type = ${query.type} and ${scope} and ${isInTime('record.no')} ${sqlJoin(met, '')}`
}

interface Scope {
  scope: Fragment
  /** When it is one compartment, or that of nobody. */
  patientId?: string | undefined
}

const nowhere: Scope = { scope: sqlText`1 = 0` }

/** Where records of the type may be read: in covered compartments, and about nobody where the rules of citing say so. */
function scopesOf(within: Confinement, type: string): Scope[] {
  const scopes: Scope[] = []
  const { patientIds, practiceIds } = within
  if (canBeAboutPatient(type) && patientIds.length + practiceIds.length > 0) {
    const covered = isCovered('record.patient_id', within)
    // With one compartment a record cannot come twice.
    const [patientId] = patientIds
    scopes.push(
      patientId !== undefined && patientIds.length === 1 && practiceIds.length === 0
        ? { scope: sqlText`record.patient_id = ${patientId}`, patientId }
        : { scope: sqlText`${covered} and ${isInFirstCompartment(within)}` },
    )
  }
  if (canBeAboutNobody(type)) {
    const own = practiceIds.length > 0 ? sqlText`record.practice_id in (${sqlJoin(practiceIds)})` : undefined
    const ids = citedIds(within, type)
    const cited = ids && sqlText`record.id in ${ids}`
    const either = [own, cited].filter((each) => each !== undefined)
    if (either.length > 0)
      scopes.push({
        scope: sqlText`record.patient_id = ${''} and (${sqlJoin(either, ' or ')})`,
        patientId: '',
      })
  }
  return scopes
}

/** A record in several covered compartments counts in the first. */
function isInFirstCompartment(within: Confinement): Fragment {
  return sqlText`(record.compartments = 1 or not exists (
    select 1 from record as other
    where other.type = record.type and other.id = record.id and other.compartments > 1
      and other.patient_id < record.patient_id and ${isCovered('other.patient_id', within)}))`
}
