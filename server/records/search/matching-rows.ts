import { canBeAboutNobody, canBeAboutPatient, onlySubjectElement } from '#fhir/compartment/compartment.ts'
import type { Condition } from '#fhir/search/search-query.ts'
import type { Confinement } from '../../confinement.ts'
import { type Fragment, isInTime, sqlJoin, sqlNothing, sqlText } from '../../store/statement.ts'
import { citedIds, isCitedBelow } from '../citations.ts'
import {
  isAmongConfined,
  isConfined,
  isFirstOfSeveral,
  isInFirstCompartment,
} from '../confinement-conditions.ts'
import { findDrivingCondition } from './driving-condition.ts'
import { drivingRows, drivingRowsOfEach } from './driving-rows.ts'
import { findByValue } from './found-by-value.ts'
import { countOf, joinedKeys, type Matching, namedKeys, type Query } from './matching.ts'
import { meetsCondition, type SearchedRow } from './search-conditions.ts'
import { orderColumns, sortKey } from './search-order.ts'

/** Where a search looks. */
export interface Narrowed {
  /** Where its matches lie. */
  confinement: Confinement
  /** Where what its chains and `_has` lead to may lie. */
  chainConfinement: Confinement
  /**
   * False when the narrowing depends on the present content of records. Then the order must not depend on it, because the next
   * page must have the same order after another record has come.
   */
  isLasting: boolean
}

export function matchingRows({ confinement, chainConfinement, isLasting }: Narrowed, query: Query): Matching {
  const areas = areasOf(confinement, query)
  const [first, ...others] = areas
  const patientId = isLasting && others.length === 0 ? first?.patientId : undefined
  const isDriven = patientId || (first && first.isFew !== true && !canBeAboutNobody(query.type))
  const driving = isDriven ? findDrivingCondition(query) : undefined
  if (driving) {
    const driven = { driving, conditions: remaining(query, patientId), chainConfinement }
    return patientId ? drivingRows(query, driven, patientId) : drivingRowsOfEach(query, driven, confinement)
  }
  const branches = (sort: Query['sort']) => {
    const found = (first ? areas : [nowhere]).map((area) =>
      amongRecords(chainConfinement, { ...query, sort }, area),
    )
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
function amongRecords(
  chainConfinement: Confinement,
  query: Query,
  { from, area, patientId, among }: SearchArea,
): Fragment {
  // Records about nobody are of all practices, more than this looks at.
  const ofPatient = patientId === '' ? undefined : patientId
  const searched: SearchedRow = {
    alias: 'record',
    type: query.type,
    table: 'record',
    patientId: ofPatient,
    among,
  }
  const met = remaining(query, patientId).map(
    (each) => sqlText` and ${meetsCondition(each, searched, chainConfinement)}`,
  )
  const keys = query.sort.map((rule, index) => sortKey(searched, rule, index))
  return sqlText`
    select record.no, record.patient_id, record.id ${namedKeys(keys)}
    from ${from ?? sqlNothing} record ${joinedKeys(keys)}
    where record.type = ${query.type} and ${area} and ${isInTime('record.no')} ${sqlJoin(met, '')}`
}

interface SearchArea {
  area: Fragment
  /** The leading rows, when there are some. */
  from?: Fragment | undefined
  /** The patient of the one compartment, or '' for records about nobody. */
  patientId?: string | undefined
  /** Present when whole compartments of many patients are searched. */
  among?: Confinement | undefined
  /** Whether only few records are looked at. */
  isFew?: boolean
}

type Few = SearchArea & { isFew: true }

const nowhere: SearchArea = { area: sqlText`1 = 0` }

/** Where records of the type may be read: in covered compartments, and about nobody where the rules of citing say so. */
function areasOf(confinement: Confinement, { type, conditions }: Query): SearchArea[] {
  const isOne = confinement.patientIds.length === 1 && confinement.practiceIds.length === 0
  const few = isOne ? undefined : findFew(type, conditions)
  const areas = [
    canBeAboutPatient(type) ? areaOfPatients(confinement, type, few) : undefined,
    canBeAboutNobody(type) ? areaOfNobody(confinement, type, few) : undefined,
  ]
  return areas.filter((area) => area !== undefined)
}

function areaOfPatients(
  confinement: Confinement,
  type: string,
  few: Few | undefined,
): SearchArea | undefined {
  const { patientIds, practiceIds } = confinement
  const [patientId, another] = patientIds
  if (patientId === undefined && practiceIds.length === 0) return undefined
  // With one compartment a record cannot come twice.
  if (patientId !== undefined && another === undefined && practiceIds.length === 0)
    return { area: sqlText`record.patient_id = ${patientId}`, patientId }
  if (!few)
    return {
      area: sqlText`${isAmongConfined('record.patient_id', confinement)} and ${isInFirstCompartment('record.no', type, confinement)}`,
      among: confinement,
    }
  const covered = isConfined('record.patient_id', confinement)
  return {
    ...few,
    area: sqlText`${few.area} and record.patient_id <> '' and ${covered} and ${isFirstOfSeveral(type, confinement)}`,
  }
}

function areaOfNobody(confinement: Confinement, type: string, few: Few | undefined): SearchArea | undefined {
  const { practiceIds } = confinement
  const own = practiceIds.length > 0 ? sqlText`record.practice_id in (${sqlJoin(practiceIds)})` : undefined
  const cited = few ? isCitedBelow(confinement, type, 'record.id') : isInCited(confinement, type)
  const either = [own, cited].filter((each) => each !== undefined)
  if (either.length === 0) return undefined
  const area = sqlText`record.patient_id = '' and (${sqlJoin(either, ' or ')})`
  return few ? { ...few, area: sqlText`${few.area} and ${area}`, patientId: '' } : { area, patientId: '' }
}

function isInCited(confinement: Confinement, type: string): Fragment | undefined {
  const ids = citedIds(confinement, type)
  return ids && sqlText`record.id in ${ids}`
}

/** Whether a condition names ids, or a value that few records have. Then the work does not grow with the panel. */
function findFew(type: string, conditions: readonly Condition[]): Few | undefined {
  // By record_address.
  if (conditions.some(isIds)) return { area: sqlText`1 = 1`, isFew: true }
  const rows = findByValue(type, conditions)
  if (!rows) return undefined
  return {
    from: sqlText`(select distinct patient_id, record_no from (${rows}) as found) as picked cross join`,
    area: sqlText`record.no = picked.record_no and record.patient_id = picked.patient_id`,
    isFew: true,
  }
}

function isIds(condition: Condition): boolean {
  if (condition.kind !== 'parameter' || condition.parameter.code !== '_id') return false
  return condition.modifier === undefined
}
