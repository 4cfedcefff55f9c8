import type { Resource } from 'fhir/r4'
import type { Transaction } from 'kysely'
import { type IndexValue, indexValuesOf } from '#fhir/search/index-values.ts'
import { findMainDate } from '#fhir/search/main-date.ts'
import type { Schema } from '../../store/schema/schema.ts'
import { chunked } from '../chunked.ts'

/** A record whose rows of the index are written. */
export interface Indexed {
  type: string
  id: string
  compartments: string[]
  values: readonly IndexValue[]
}

const rowsPerStatement = 250

/** Adds the rows of records that have none. */
export async function addIndexRows(trx: Transaction<Schema>, records: readonly Indexed[]): Promise<void> {
  const text: Array<Schema['record_text']> = []
  const range: Array<Schema['record_range']> = []
  for (const { type, id, compartments, values } of records) {
    const mainDate = findMainDate(type, values)
    for (const patient_id of compartments)
      for (const value of values) {
        const { param } = value
        if (value.kind === 'text')
          text.push({ patient_id, type, param, value: value.value, id, system: value.system, ...mainDate })
        else range.push({ patient_id, type, param, id, low: value.low, high: value.high, unit: value.unit })
      }
  }
  for (const rows of chunked(text, rowsPerStatement))
    await trx.insertInto('record_text').values(rows).execute()
  for (const rows of chunked(range, rowsPerStatement))
    await trx.insertInto('record_range').values(rows).execute()
}

/** Takes away the rows of a version that is replaced: they are found by what that version says. */
export async function removeIndexRows(
  trx: Transaction<Schema>,
  record: { type: string; id: string; compartments: string[]; content: string },
): Promise<void> {
  const { type, id, compartments } = record
  const values = indexValuesOf(JSON.parse(record.content) as Resource)
  for (const table of ['record_text', 'record_range'] as const) {
    const kind = table === 'record_text' ? 'text' : 'range'
    const params = [...new Set(values.flatMap((value) => (value.kind === kind ? [value.param] : [])))]
    if (params.length === 0) continue
    // By the beginning of the key: the patient's rows of these parameters.
    await trx
      .deleteFrom(table)
      .where('patient_id', 'in', compartments)
      .where('type', '=', type)
      .where('param', 'in', params)
      .where('id', '=', id)
      .execute()
  }
}
