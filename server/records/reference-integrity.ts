import type { Resource } from 'fhir/r4'
import { sql, type Transaction } from 'kysely'
import { compartmentOfPractice } from '#fhir/compartment/compartment.ts'
import { locateReferences, parseReference } from '#fhir/reference.ts'
import type { Schema } from '../store/schema/schema.ts'
import { chunked } from './chunked.ts'
import { findPanels } from './panels.ts'
import { findStored } from './stored-records.ts'

interface WrittenRecord {
  record: { type: string; id: string }
  resource: Resource
  /** The text of the version before. */
  before: string | undefined
}

/**
 * A reference of a written record that leads nowhere. What the version before said already is not asked again: a record that
 * came with an import must stay correctable.
 */
export async function findDanglingReference(
  trx: Transaction<Schema>,
  practiceId: string,
  written: readonly WrittenRecord[],
): Promise<{ source: string; target: string; expression: string } | undefined> {
  const asked = findNewReferences(written)
  for (const targets of chunked([...asked.keys()], 1000)) {
    const stored = await findStored(trx, targets)
    const panels = await findPanels(
      trx,
      [...stored.values()].flatMap(({ patientIds }) => patientIds).filter((id) => id !== ''),
    )
    for (const target of targets) {
      const found = stored.get(target)
      // Another practice's record is none, unless it is about a patient of this one, too.
      const isOurs =
        found !== undefined &&
        (found.practiceId === practiceId ||
          found.patientIds.some((id) => id !== '' && !panels.isForeign(practiceId, id)))
      const place = asked.get(target)
      if (!isOurs && place) return { ...place, target }
    }
  }
  return undefined
}

/** `Type/id` of what is referred to, with a record that does, and where. */
function findNewReferences(
  written: readonly WrittenRecord[],
): Map<string, { source: string; expression: string }> {
  const asked = new Map<string, { source: string; expression: string }>()
  for (const { record, resource, before } of written)
    for (const { text, path } of locateReferences(resource)) {
      const parsed = parseReference(text)
      if (parsed.kind !== 'relative' || before?.includes(JSON.stringify(text))) continue
      asked.set(`${parsed.type}/${parsed.id}`, {
        source: `${record.type}/${record.id}`,
        expression: `${record.type}${path}.reference`,
      })
    }
  return asked
}

/** A record that refers to one that was deleted, in words: one that only another practice has is not named to this one. */
export async function findReferrer(
  trx: Transaction<Schema>,
  practiceId: string,
  { type, id, patientIds }: { type: string; id: string; patientIds: string[] },
): Promise<string | undefined> {
  // uses record_citation_pk
  const citing = await trx
    .selectFrom('record_citation')
    .innerJoin('record', (join) =>
      join
        .onRef('record.patient_id', '=', 'record_citation.patient_id')
        .onRef('record.type', '=', 'source_type')
        .onRef('record.id', '=', 'source_id'),
    )
    .select(['source_type', 'source_id', 'practice_id'])
    .where('target_type', '=', type)
    .where('target_id', '=', id)
    .orderBy((eb) => eb.case().when('practice_id', '=', practiceId).then(0).else(1).end())
    .limit(1)
    .executeTakeFirst()
  if (citing)
    return citing.practice_id === practiceId
      ? `${citing.source_type}/${citing.source_id}`
      : 'a record of another practice'
  const compartments = [...patientIds.filter((each) => each !== ''), compartmentOfPractice(practiceId)]
  // Reads the patient's records, by record_pk: deletions are rare, an index for them would cost each write.
  const start = `"reference":"${type}/${id}`
  const has = (text: string) =>
    sql<boolean>`content like ${`%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`} escape '\\'`
  const row = await trx
    .selectFrom('record')
    .select(['type', 'id'])
    .where('patient_id', 'in', compartments)
    .where((eb) => eb.or([has(`${start}"`), has(`${start}/_history/`)]))
    .limit(1)
    .executeTakeFirst()
  return row && `${row.type}/${row.id}`
}
