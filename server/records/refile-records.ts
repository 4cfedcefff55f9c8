import type { Resource } from 'fhir/r4'
import { sql, type Transaction } from 'kysely'
import { throughElements, typesAboutThrough } from '#fhir/compartment/compartment.ts'
import { parseExact } from '#fhir/exact-json.ts'
import { currentWork } from '../request-work.ts'
import type { Schema } from '../store/schema/schema.ts'
import { chunked } from './chunked.ts'
import { type PreparedRecord, prepareRecord } from './prepare-record.ts'
import { parameterNumber } from './search/parameter-number.ts'
import { findStored } from './stored-records.ts'

const parameters = typesAboutThrough.flatMap((type) =>
  throughElements(type).map((element) => parameterNumber(type, element)),
)
const atOnce = 200

/**
 * Yields the records that follow one of these records (`Type/id`) into other compartments, e.g. a Provenance its target, prepared
 * for being written again (decision 0034). By record_text_by_value, so that no other record is looked at.
 */
export async function* findAboutThrough(
  trx: Transaction<Schema>,
  references: readonly string[],
): AsyncGenerator<PreparedRecord[]> {
  for (const some of chunked([...new Set(references)], atOnce)) {
    const { rows } = await sql<{ type: string; id: string }>`
      select distinct record.type, record.id
      from record_text as entry
      join record on record.patient_id = entry.patient_id and record.no = entry.record_no
      where entry.by_value = 1 and entry.parameter in (${sql.join(parameters)})
        and entry.value in (${sql.join(some)})`.execute(trx)
    for (const found of chunked(rows, atOnce)) {
      currentWork()?.assertGoesOn()
      const stored = await findStored(
        trx,
        found.map(({ type, id }) => `${type}/${id}`),
      )
      yield [...stored.values()].map(({ practiceId, content }) => prepareAgain(practiceId, content))
    }
  }
}

function prepareAgain(practiceId: string, content: string): PreparedRecord {
  const prepared = prepareRecord(practiceId, parseExact(content) as Resource, {
    makeId: () => '',
    bases: [],
  })
  if ('reason' in prepared) throw new Error(`A stored record could not be read again: ${prepared.reason}`)
  return prepared
}
