import { createHash } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import { copyExact } from '#fhir/exact-json.ts'
import { listReferences, parseReference, visitAttachments, visitReferences } from '#fhir/reference.ts'
import type { Schema } from '../store/schema/schema.ts'
import { findPanels } from './panels.ts'
import { type PreparedRecord, prepareRecord } from './prepare-record.ts'
import { findStored, namedBy } from './stored-records.ts'

/**
 * The id that a record gets when another practice has its id (decision 0028). It is always the same, so that a repeated import
 * meets the same records in any order.
 */
export function idOfPractice(practiceId: string, type: string, id: string): string {
  return createHash('sha256').update(`${practiceId} ${type}/${id}`).digest('hex').slice(0, 32)
}

interface OwnIdDeps {
  bases: readonly string[]
  /**
   * Which references follow to the practice's own ids. `all`: every reference, because its target may come later. `known`: those
   * that lead to a record of the practice. References are then checked, and any other one leads nowhere.
   */
  follows: 'all' | 'known'
}

/**
 * A record whose id another practice has gets an id of its own, and references among the records follow. All records are of one
 * practice. A patient on the panels of both practices keeps the id.
 */
export async function giveOwnIds(
  trx: Transaction<Schema>,
  practiceId: string,
  records: readonly PreparedRecord[],
  { bases, follows }: OwnIdDeps,
): Promise<PreparedRecord[]> {
  const own = new Set(records.map(({ type, id }) => `${type}/${id}`))
  const targets = records.map(({ resource }) => targetsOf(resource))
  const asked = new Set([...own, ...targets.flat()])
  const taken = await findTaken(trx, practiceId, asked)
  // The question is asked for all ids, so that an id of another practice takes no more statements than an unknown one.
  const there =
    follows === 'known'
      ? await findStored(
          trx,
          [...asked].map((address) => rename(practiceId, address)),
        )
      : new Map()
  if (taken.size === 0) return [...records]
  const names = new Map([...taken].map((address) => [address, rename(practiceId, address)]))
  if (follows === 'known') {
    for (const [address, name] of names) if (!own.has(address) && !there.has(name)) names.delete(address)
  }
  return records.map((record, place) => {
    const isTouched = [`${record.type}/${record.id}`, ...(targets[place] ?? [])].some((each) =>
      names.has(each),
    )
    return isTouched ? renameIn(record, names, bases) : record
  })
}

/** `Type/id` of the record that a practice means by an address that is unknown or another practice's. */
export function rename(practiceId: string, address: string): string {
  const [type = '', id = ''] = address.split('/')
  return `${type}/${idOfPractice(practiceId, type, id)}`
}

function renameIn(
  record: PreparedRecord,
  names: ReadonlyMap<string, string>,
  bases: readonly string[],
): PreparedRecord {
  const resource = copyExact(record.resource)
  const { type, id } = record
  const [, newId = id] = names.get(`${type}/${id}`)?.split('/') ?? []
  resource.id = newId
  const follow = (text: string) => {
    const target = targetOf(text)
    const name = target === undefined ? undefined : names.get(target)
    return name === undefined || target === undefined ? text : `${name}${text.slice(target.length)}`
  }
  visitReferences(resource, (element) => {
    element.reference = follow(element.reference)
  })
  visitAttachments(resource, (element) => {
    element.url = follow(element.url)
  })
  const renamed = prepareRecord(record.practiceId, resource, { makeId: () => newId, bases })
  if ('reason' in renamed) throw new Error(`${renamed.reference} can no longer be stored: ${renamed.reason}`)
  return { ...renamed, method: record.method, sentAs: record.sentAs }
}

/** `Type/id` of the records that a resource refers to, or has attached. */
function targetsOf(resource: unknown): string[] {
  const texts = listReferences(resource)
  visitAttachments(resource, ({ url }) => texts.push(url))
  return texts.flatMap((text) => targetOf(text) ?? [])
}

function targetOf(text: string): string | undefined {
  const parsed = parseReference(text)
  return parsed.kind === 'relative' ? `${parsed.type}/${parsed.id}` : undefined
}

/** The addresses that are another practice's: a record, a deleted record, or a patient whom it keeps. */
async function findTaken(
  trx: Transaction<Schema>,
  practiceId: string,
  addresses: ReadonlySet<string>,
): Promise<Set<string>> {
  const [patients, others] = [new Set<string>(), new Set<string>()]
  for (const address of addresses)
    if (address.startsWith('Patient/')) patients.add(address)
    else others.add(address)
  const rows = await findForeign(trx, practiceId, [...others])
  const idsOf = (some: Iterable<string>) => [...some].map((address) => address.slice('Patient/'.length))
  // With nobody's in any case: whether it is asked must not tell that something was found.
  const panels = await findPanels(trx, ['', ...idsOf(patients), ...rows.map(({ patient_id }) => patient_id)])
  const taken = new Set(
    [...patients].filter((each) => panels.isForeign(practiceId, each.slice('Patient/'.length))),
  )
  const shared = new Set<string>()
  for (const { patient_id, type, id } of rows) {
    taken.add(`${type}/${id}`)
    if (patient_id !== '' && !panels.isForeign(practiceId, patient_id)) shared.add(`${type}/${id}`)
  }
  for (const address of shared) taken.delete(address)
  return taken
}

interface ForeignRow {
  patient_id: string
  type: string
  id: string
}

async function findForeign(
  trx: Transaction<Schema>,
  practiceId: string,
  addresses: string[],
): Promise<ForeignRow[]> {
  if (addresses.length === 0) return []
  // uses record_address, and record_version_deletion
  const { rows } = await sql<ForeignRow>`
    select record.patient_id, record.type, record.id
    from ${namedBy(trx, addresses)} cross join record
    where record.type = named.type and record.id = named.id and record.practice_id <> ${practiceId}
    union
    select deletion.patient_id, deletion.type, deletion.id
    from ${namedBy(trx, addresses)} cross join record_version as deletion
    where deletion.deleted = 1 and deletion.type = named.type and deletion.id = named.id
      and deletion.practice_id <> ${practiceId}
      and not exists (select 1 from record as present where present.type = named.type and present.id = named.id)`.execute(
    trx,
  )
  return rows
}
