import type { Transaction } from 'kysely'
import { compartmentOfPractice, isCompartmentOfPractice } from '#fhir/compartment/compartment.ts'
import { renderContent } from '#fhir/stored-text.ts'
import { breathe } from '../breathe.ts'
import type { Clock } from '../clock.ts'
import type { Random } from '../secrets.ts'
import type { Schema } from '../store/schema/schema.ts'
import type { Db } from '../store/store.ts'
import { inTransaction } from '../store/transaction.ts'
import { giveOwnIds } from './own-ids.ts'
import { addToPanels, findPanels, type Panels } from './panels.ts'
import { type PreparedRecord, prepareRecord, type Refusal } from './prepare-record.ts'
import type { RecordWrite, Shows, WriteMode, WriteOutcome } from './record-write.ts'
import { findAboutThrough } from './refile-records.ts'
import { type Change, saveChanges } from './save-changes.ts'
import { type Deletion, findDeletions, findStored, notBefore, type Stored } from './stored-records.ts'

interface WriteDeps {
  db: Db
  clock: Clock
  random: Random
  bases: readonly string[]
}

/**
 * Prepares a batch. The returned function writes it in one transaction. Faults of single records are reported and do not stop the
 * others.
 */
export function prepareWrite(
  { db, clock, random, bases }: WriteDeps,
  batch: RecordWrite[],
  mode: WriteMode,
): () => Promise<WriteOutcome> {
  const malformed: Refusal[] = []
  const prepared: PreparedRecord[] = []
  for (const { practiceId, resource } of batch) {
    const record = prepareRecord(practiceId, resource, { makeId: () => makeId(random), bases })
    if ('reason' in record) malformed.push(record)
    else prepared.push(record)
  }
  const isRefused = ({ rejected }: WriteOutcome) => mode === 'all-or-nothing' && rejected.length > 0
  const nothing: WriteOutcome = { created: 0, updated: 0, unchanged: 0, rejected: malformed, renamed: [] }
  return async () => {
    if (prepared.length === 0 || isRefused(nothing)) return nothing
    try {
      return await inTransaction(db, async (trx) => {
        const outcome: WriteOutcome = { ...nothing, rejected: [...malformed], renamed: [] }
        const own = await withOwnIds(trx, prepared, bases)
        const now = clock.now().getTime()
        const { written, rejected, moved } = await writePrepared(trx, now, own)
        await refile(trx, now, moved)
        for (const { kind, sentAs: reference, type, id } of written) {
          outcome[kind]++
          if (reference !== `${type}/${id}`) outcome.renamed.push({ reference, keptAs: `${type}/${id}` })
        }
        outcome.rejected.push(...rejected)
        if (isRefused(outcome)) throw new NothingWritten(outcome.rejected)
        return outcome
      })
    } catch (error) {
      if (error instanceof NothingWritten) return { ...nothing, rejected: error.rejected }
      throw error
    }
  }
}

async function withOwnIds(
  trx: Transaction<Schema>,
  prepared: PreparedRecord[],
  bases: readonly string[],
): Promise<PreparedRecord[]> {
  const own: PreparedRecord[] = []
  for (const [practiceId, records] of Map.groupBy(prepared, (record) => record.practiceId))
    own.push(...(await giveOwnIds(trx, practiceId, records, { bases, follows: 'all' })))
  return own
}

/** What became of one record. */
export interface Written {
  kind: 'created' | 'updated' | 'unchanged'
  type: string
  id: string
  versionId: number
  lastUpdated: number
  content: string
  /** The text of the version before. */
  before: string | undefined
  /** `Type/id` as it was sent. */
  sentAs: string
  /** A patient whom another practice alone keeps and whom the record names. The record must not stay then. */
  foreignPatientId: string | undefined
}

interface WriteResult {
  written: Written[]
  rejected: Refusal[]
  /** `Type/id` of those that are in other compartments than before, also of new ones. */
  moved: string[]
}

interface WriteOptions {
  shows?: Shows
  /**
   * How a record about a patient whom another practice alone keeps is treated. `refused`: at once. `marked`: it is written
   * outside that compartment and marked, and the caller undoes it like a reference that leads nowhere.
   */
  foreign?: 'refused' | 'marked'
}

/** Writes prepared records inside a transaction; in `written` they come in the order in which they had to be written. */
export async function writePrepared(
  trx: Transaction<Schema>,
  now: number,
  prepared: PreparedRecord[],
  { shows = () => true, foreign = 'refused' }: WriteOptions = {},
): Promise<WriteResult> {
  const result: WriteResult = { written: [], rejected: [], moved: [] }
  for (const round of splitIntoRounds(prepared)) await writeRound(trx, { now, shows, foreign }, round, result)
  return result
}

/**
 * Moves the records that follow these (`Type/id`) to the compartments where they belong now. It runs at the end of a transaction,
 * so that each is written once. It refuses nothing. A patient of another practice does not get the record.
 */
export async function refile(trx: Transaction<Schema>, now: number, moved: readonly string[]): Promise<void> {
  for await (const records of findAboutThrough(trx, moved))
    await writePrepared(trx, now, records, { foreign: 'marked' })
}

/** Rolls the transaction back. */
class NothingWritten extends Error {
  readonly rejected: Refusal[]
  constructor(rejected: Refusal[]) {
    super()
    this.rejected = rejected
  }
}

function makeId(random: Random): string {
  return random.bytes(16).toString('hex')
}

/**
 * Divides the records into rounds. A record comes once in a round, so that its second write sees the first. A record that follows
 * its targets comes in a later round.
 */
function splitIntoRounds(records: PreparedRecord[]): PreparedRecord[][] {
  const rounds: PreparedRecord[][] = []
  const seen = new Map<string, number>()
  for (const isThrough of [false, true]) {
    const first = rounds.length
    for (const record of records) {
      if (record.subjects.through.length > 0 !== isThrough) continue
      const key = `${record.type}/${record.id}`
      const round = Math.max(first, (seen.get(key) ?? -1) + 1)
      seen.set(key, round)
      const members = rounds[round] ?? []
      members.push(record)
      rounds[round] = members
    }
  }
  return rounds.filter((round) => round !== undefined)
}

async function writeRound(
  trx: Transaction<Schema>,
  { now, shows, foreign }: Required<WriteOptions> & { now: number },
  records: PreparedRecord[],
  { written, rejected, moved }: WriteResult,
): Promise<void> {
  const stored = await findStored(trx, [
    ...records.map((record) => `${record.type}/${record.id}`),
    ...records.flatMap((record) => record.subjects.through),
  ])
  const named = records.map((record) => findCompartments(record, stored))
  const deletions = await findDeletions(
    trx,
    records.map(({ type, id }) => `${type}/${id}`).filter((reference) => !stored.has(reference)),
  )
  const panels = await findPanels(trx, [
    ...named.flatMap(({ direct, through }) => [...direct, ...through]),
    ...[...deletions.values()].flatMap(({ patientIds }) => patientIds),
    ...new Set(records.map(({ practiceId }) => compartmentOfPractice(practiceId))),
  ])
  const changes: Change[] = []
  for (const [place, record] of records.entries()) {
    await breathe({ holdsLock: true })
    const { patientIds, marked } = choosePatients(record, { ...named[place], panels, foreign })
    const before = stored.get(`${record.type}/${record.id}`)
    const deletion = deletions.get(`${record.type}/${record.id}`)
    const refusal = refuse(record, [...patientIds, ...(deletion?.patientIds ?? [])], before, panels)
    if (refusal) {
      rejected.push(refusal)
      continue
    }
    panels.join(record.practiceId, patientIds)
    if (marked !== undefined) panels.pretendToJoin(record.practiceId)
    const change = compare(record, { patientIds, before, deletion, now, shows })
    if (change) {
      changes.push(change)
      if (hasMoved(change)) moved.push(`${record.type}/${record.id}`)
      // Its old versions go to the compartment of the practice.
      if (change.left.length > 0) panels.join(record.practiceId, [compartmentOfPractice(record.practiceId)])
    }
    written.push(toWritten(record, change, before, marked))
  }
  await addToPanels(trx, panels)
  await saveChanges(trx, changes)
}

function hasMoved({ before, compartments }: Change): boolean {
  return before?.patientIds.join() !== compartments.join()
}

/** The patients of a record whom its practice keeps, and one whom it does not keep when that is no reason to refuse. */
function choosePatients(
  { practiceId }: PreparedRecord,
  {
    direct = [],
    through = [],
    panels,
    foreign,
  }: { direct?: string[]; through?: string[]; panels: Panels; foreign: WriteOptions['foreign'] },
): { patientIds: string[]; marked: string | undefined } {
  const isForeign = (id: string) => panels.isForeign(practiceId, id)
  // Records of another practice count as absent.
  const all = [...new Set([...direct, ...through.filter((id) => !isForeign(id))])]
  if (foreign === 'refused') return { patientIds: all, marked: undefined }
  return { patientIds: all.filter((id) => !isForeign(id)), marked: all.find(isForeign) }
}

function toWritten(
  record: PreparedRecord,
  change: Change | undefined,
  before: Stored | undefined,
  foreignPatientId: string | undefined,
): Written {
  const { type, id, sentAs } = record
  const { versionId = 0, lastUpdated = 0, content = '' } = change ?? before ?? {}
  const kind = change ? (before ? 'updated' : 'created') : 'unchanged'
  return {
    kind,
    type,
    id,
    versionId,
    lastUpdated,
    content,
    before: before?.content,
    sentAs,
    foreignPatientId,
  }
}

/** The patients whom a record names, and the patients of the records that it names. */
function findCompartments(
  { subjects }: PreparedRecord,
  stored: Map<string, Stored>,
): { direct: string[]; through: string[] } {
  const through = subjects.through.flatMap((reference) => stored.get(reference)?.patientIds ?? [])
  const ofSome = (ids: readonly string[]) => ids.filter((id) => id !== '')
  return { direct: ofSome(subjects.patientIds), through: ofSome(through) }
}

/** The reason why a record must not be written, or undefined. */
function refuse(
  { practiceId, sentAs: reference }: PreparedRecord,
  patientIds: string[],
  before: Stored | undefined,
  panels: Panels,
): Refusal | undefined {
  // Overwriting it would lose the other practice's record.
  if (before && before.practiceId !== practiceId)
    return {
      reference,
      reason: 'Another practice has a record with this id. Give this one an id of its own.',
    }
  // Writing into a foreign patient's record would put that patient, and all of the record, onto this practice's panel.
  const foreign = patientIds.find((patientId) => panels.isForeign(practiceId, patientId))
  if (foreign !== undefined)
    return { reference, reason: 'It is about a patient whom another practice keeps and this one does not.' }
  return undefined
}

/** The new version, or undefined when nothing changes. */
function compare(
  record: PreparedRecord,
  {
    patientIds,
    before,
    deletion,
    now,
    shows,
  }: {
    patientIds: string[]
    before: Stored | undefined
    deletion: Deletion | undefined
    now: number
    shows: Shows
  },
): Change | undefined {
  const compartments = patientIds.length === 0 ? [''] : patientIds.toSorted()
  if (before) {
    const same = renderContent(record.parts, before.versionId, before.lastUpdated) === before.content
    // A writer who cannot read the record must not learn that a guess of its content was right.
    const isUnchanged = same && before.patientIds.join() === compartments.join()
    if (isUnchanged && shows({ type: record.type, content: before.content })) return undefined
  }
  const versionId = (before?.versionId ?? deletion?.versionId ?? 0) + 1
  const lastUpdated = notBefore(before ?? deletion, now)
  return {
    record,
    before,
    compartments,
    left: (before ?? deletion)?.patientIds.filter((id) => isPatient(id) && !compartments.includes(id)) ?? [],
    versionId,
    lastUpdated,
    content: renderContent(record.parts, versionId, lastUpdated),
  }
}

function isPatient(compartment: string): boolean {
  return compartment !== '' && !isCompartmentOfPractice(compartment)
}
