import type { Resource } from 'fhir/r4'
import type { Transaction } from 'kysely'
import { isCompartmentOfPractice, onlySubjectElement } from '#fhir/compartment/compartment.ts'
import { isFoundByValue } from '#fhir/search/by-value.ts'
import { type IndexValue, indexValuesOf } from '#fhir/search/index-values.ts'
import { findMainDate } from '#fhir/search/main-date.ts'
import { type Cell, filledTable, type Rows } from '../../store/insert-rows.ts'
import type { Schema } from '../../store/schema/schema.ts'
import { parameterNumber } from './parameter-number.ts'

/** A row of `record`: its compartment and its number. */
export interface RecordRow {
  patientId: string
  no: number
}

/** A record whose rows of the index are written. */
export interface Indexed {
  type: string
  rows: readonly RecordRow[]
  values: readonly IndexValue[]
}

const textTable = filledTable('record_text', {
  patient_id: 'text',
  parameter: 'bigint',
  value: 'text',
  record_no: 'bigint',
  nth: 'integer',
  system: 'text',
  low: 'double precision',
  high: 'double precision',
  dates: 'integer',
  by_value: 'integer',
})

const rangeTable = filledTable('record_range', {
  patient_id: 'text',
  parameter: 'bigint',
  record_no: 'bigint',
  low: 'double precision',
  high: 'double precision',
  unit: 'text',
})

/** Writes the rows of records that have none yet. */
export function indexRowsOf(records: readonly Indexed[]): Rows[] {
  const text: Cell[] = []
  const ranges: Cell[] = []
  for (const { type, rows, values } of records)
    for (const row of rows) {
      const own = valuesIn(row.patientId, type, values)
      const date = findMainDate(type, values)
      const nths = countWithin(own)
      for (const [at, value] of own.entries())
        if (value.kind === 'range') addRange(ranges, type, row, value)
        else addText(text, type, row, { value, nth: nths[at] ?? 0, ...date })
    }
  return [
    { into: textTable, cells: text },
    { into: rangeTable, cells: ranges },
  ]
}

type Text = Extract<IndexValue, { kind: 'text' }>
type Range = Extract<IndexValue, { kind: 'range' }>

function addRange(cells: Cell[], type: string, { patientId, no }: RecordRow, value: Range): void {
  cells.push(patientId, parameterNumber(type, value.param), no, value.low, value.high, value.unit)
}

function addText(
  cells: Cell[],
  type: string,
  { patientId, no }: RecordRow,
  { value, nth, low, high, dates }: { value: Text; nth: number; low: number; high: number; dates: number },
): void {
  const parameter = parameterNumber(type, value.param)
  const isByValue = isFoundByValue(type, value) ? 1 : 0
  cells.push(patientId, parameter, value.value, no, nth, value.system, low, high, dates, isByValue)
}

/**
 * Every record in the compartment of a practice has one more row, as if it named that compartment. Some searches walk from
 * compartment to compartment along the rows that name the patient, and find these records there (driving-condition.ts).
 */
function valuesIn(patientId: string, type: string, values: readonly IndexValue[]): readonly IndexValue[] {
  const param = isCompartmentOfPractice(patientId) ? onlySubjectElement(type) : undefined
  if (param === undefined) return values
  return [...values, { kind: 'text', param, value: `Patient/${patientId}`, system: '' }]
}

/** For each value the number of values before it with the same parameter and text: a code may come with several systems. */
function countWithin(values: readonly IndexValue[]): number[] {
  const seen = new Map<string, number>()
  return values.map((value) => {
    if (value.kind === 'range') return 0
    const key = `${value.param}\n${value.value}`
    const nth = seen.get(key) ?? 0
    seen.set(key, nth + 1)
    return nth
  })
}

/** Deletes the rows of a replaced version. They are found by the values of that version. */
export async function removeIndexRows(
  trx: Transaction<Schema>,
  { type, rows, content }: { type: string; rows: readonly RecordRow[]; content: string },
): Promise<void> {
  const all = indexValuesOf(JSON.parse(content) as Resource)
  const { high } = findMainDate(type, all)
  const numbersOf = (some: readonly IndexValue[]) => [
    ...new Set(some.map(({ param }) => parameterNumber(type, param))),
  ]
  for (const { patientId, no } of rows) {
    const values = valuesIn(patientId, type, all)
    const text = values.filter((value) => value.kind === 'text')
    const range = values.filter((value) => value.kind === 'range')
    // By the beginning of record_text_pk, with one look for each value of the record.
    if (text.length > 0)
      await trx
        .deleteFrom('record_text')
        .where('patient_id', '=', patientId)
        .where('parameter', 'in', numbersOf(text))
        .where('value', 'in', [...new Set(text.map(({ value }) => value))])
        .where('high', '=', high)
        .where('record_no', '=', no)
        .execute()
    // By the beginning of record_range_pk.
    if (range.length > 0)
      await trx
        .deleteFrom('record_range')
        .where('patient_id', '=', patientId)
        .where('parameter', 'in', numbersOf(range))
        .where('record_no', '=', no)
        .execute()
  }
}
