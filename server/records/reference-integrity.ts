import type { Resource } from 'fhir/r4'
import { sql, type Transaction } from 'kysely'
import { canBeAboutNobody, compartmentOfPractice } from '#fhir/compartment/compartment.ts'
import { listReferences, locateReferences, parseReference } from '#fhir/reference.ts'
import type { Schema } from '../store/schema/schema.ts'
import { chunked } from './chunked.ts'
import { findPanels } from './panels.ts'
import type { Shows } from './record-write.ts'
import { findStored } from './stored-records.ts'

/** A reference that leads nowhere: from where, to where, and in which element. */
export interface Dangling {
  source: string
  target: string
  expression: string
}

interface WrittenRecord {
  record: { type: string; sentAs: string }
  resource: Resource
  /** The text of the version before. */
  before: string | undefined
}

/**
 * A reference of a written record that leads nowhere. References that the version before has, too, are not checked again, because
 * an imported record must stay correctable. Other texts do not count, e.g. a narrative that looks like a reference.
 */
export async function findDanglingReference(
  trx: Transaction<Schema>,
  practiceId: string,
  written: readonly WrittenRecord[],
): Promise<Dangling | undefined> {
  const asked = findNewReferences(written)
  for (const targets of chunked([...asked.keys()], 1000)) {
    const stored = await findStored(trx, targets)
    // With nobody's in any case: whether it is asked must not tell that something was found.
    const panels = await findPanels(trx, [
      '',
      ...[...stored.values()].flatMap(({ patientIds }) => patientIds),
    ])
    for (const target of targets) {
      const found = stored.get(target)
      // A record of another practice does not count, unless it is also about a patient of this practice.
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

/** The `Type/id` of each target, with a record that refers to it and the element. */
function findNewReferences(
  written: readonly WrittenRecord[],
): Map<string, { source: string; expression: string }> {
  const asked = new Map<string, { source: string; expression: string }>()
  for (const { record, resource, before } of written) {
    const known = new Set(before === undefined ? [] : listReferences(JSON.parse(before)).map(targetOf))
    for (const { text, path } of locateReferences(resource)) {
      const parsed = parseReference(text)
      if (parsed.kind !== 'relative' || known.has(targetOf(text))) continue
      asked.set(`${parsed.type}/${parsed.id}`, {
        source: record.sentAs,
        expression: `${record.type}${path}.reference`,
      })
    }
  }
  return asked
}

/** `Type/id`, whatever the version; undefined when it names no record here. */
function targetOf(text: string): string | undefined {
  const parsed = parseReference(text)
  return parsed.kind === 'relative' ? `${parsed.type}/${parsed.id}` : undefined
}

/** A deleted record, with the compartments that held it. */
export interface Removed {
  type: string
  id: string
  patientIds: readonly string[]
}

/** The first of the deleted records that a record still refers to, and that record in words. */
export async function findReferrer(
  trx: Transaction<Schema>,
  practiceId: string,
  removed: readonly Removed[],
  shows: Shows,
): Promise<{ target: string; referrer: string } | undefined> {
  if (removed.length === 0) return undefined
  for (const { type, id } of removed) {
    const referrer = await findCiting(trx, practiceId, { type, id, shows })
    if (referrer) return { target: `${type}/${id}`, referrer }
  }
  const compartments = removed.flatMap(({ patientIds }) => patientIds).filter((id) => id !== '')
  return findInCompartments(
    trx,
    removed,
    new Set([...compartments, compartmentOfPractice(practiceId)]),
    shows,
  )
}

/** A referring record of another practice, or one that the writer may not read, is not named. */
async function findCiting(
  trx: Transaction<Schema>,
  practiceId: string,
  { type, id, shows }: { type: string; id: string; shows: Shows },
): Promise<string | undefined> {
  if (!canBeAboutNobody(type)) return undefined
  const citing = ({ isOwn }: { isOwn: boolean }) =>
    // uses record_citation_pk
    trx
      .selectFrom('record_citation')
      .innerJoin('record', (join) =>
        join
          .onRef('record.patient_id', '=', 'record_citation.patient_id')
          .onRef('record.type', '=', 'source_type')
          .onRef('record.id', '=', 'source_id'),
      )
      .select(['source_type', 'source_id', 'content'])
      .where('target_type', '=', type)
      .where('target_id', '=', id)
      .where('practice_id', isOwn ? '=' : '<>', practiceId)
      .limit(1)
      .executeTakeFirst()
  const own = await citing({ isOwn: true })
  if (own) return nameOf({ type: own.source_type, id: own.source_id, content: own.content }, shows)
  return (await citing({ isOwn: false })) ? 'a record of another practice' : undefined
}

const recordsAtOnce = 500

/**
 * Reads the remaining records of each patient once, by record_pk. Deletions are rare, and an index for them would cost each
 * write.
 */
async function findInCompartments(
  trx: Transaction<Schema>,
  removed: readonly Removed[],
  compartments: ReadonlySet<string>,
  shows: Shows,
): Promise<{ target: string; referrer: string } | undefined> {
  const targets = new Set(removed.map(({ type, id }) => `${type}/${id}`))
  for (const patientId of compartments)
    for await (const { type, id, content } of walkCompartment(trx, patientId))
      for (const [, target = ''] of content.matchAll(
        /"reference":"([A-Za-z]+\/[A-Za-z0-9\-.]{1,64})(?:\/_history\/[^"]*)?"/g,
      ))
        if (targets.has(target)) return { target, referrer: nameOf({ type, id, content }, shows) }
  return undefined
}

function nameOf(record: { type: string; id: string; content: string }, shows: Shows): string {
  return shows(record) ? `${record.type}/${record.id}` : 'a record that this token may not read'
}

async function* walkCompartment(trx: Transaction<Schema>, patientId: string) {
  let last = { type: '', id: '' }
  for (;;) {
    const rows = await trx
      .selectFrom('record')
      .select(['type', 'id', 'content'])
      .where('patient_id', '=', patientId)
      .where(sql<boolean>`(type, id) > (${last.type}, ${last.id})`)
      .orderBy('type')
      .orderBy('id')
      .limit(recordsAtOnce)
      .execute()
    yield* rows
    const end = rows.at(-1)
    if (!end || rows.length < recordsAtOnce) return
    last = end
  }
}
