import type { Resource } from 'fhir/r4'
import type { Transaction } from 'kysely'
import type { SearchQuery } from '#fhir/search/search-query.ts'
import { readStoredHead } from '#fhir/stored-text.ts'
import { breathe } from '../breathe.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { currentWork } from '../request-work.ts'
import type { Random } from '../secrets.ts'
import type { Schema } from '../store/schema/schema.ts'
import type { Db } from '../store/store.ts'
import { inTransaction, limitStatements } from '../store/transaction.ts'
import { giveOwnIds, rename } from './own-ids.ts'
import { leavePanels } from './panels.ts'
import { type PreparedRecord, prepareRecord, type Refusal, type WriteMethod } from './prepare-record.ts'
import { type RecordReads, readsOf } from './record-reads.ts'
import type { Shows } from './record-write.ts'
import { type Dangling, findDanglingReference, findReferrer } from './reference-integrity.ts'
import { deleteRecord } from './save-changes.ts'
import { searchRecords } from './search/search-records.ts'
import { findStored, type Stored } from './stored-records.ts'
import { refile, type Written, writePrepared } from './write-records.ts'

export type { Shows } from './record-write.ts'

/** A record of the practice as it is now. */
export interface CurrentRecord {
  id: string
  versionId: number
  content: string
}

/** The writes of one practice to its records, all or none. */
export interface RecordTransaction {
  /** The first record of the practice's panel and shared records that matches, and whether it is the only one. */
  find(query: Pick<SearchQuery, 'type' | 'conditions'>): Promise<FoundByCondition>
  /** Undefined when the record is absent or another practice's. */
  read(type: string, id: string): Promise<CurrentRecord | undefined>
  /**
   * Creates or replaces each record by the method at the same index. A record without id gets one. Throws `record-refused`, and
   * nothing is written.
   */
  put(resources: readonly Resource[], methods?: readonly WriteMethod[]): Promise<Written[]>
  /** False when this practice has no such record. */
  remove(type: string, id: string): Promise<boolean>
  /**
   * Ends the writing: checks references and brings compartments and panels up to date. The reads see the result. No write may
   * follow. Throws `record-refused` and `already-exists`.
   */
  finish(): Promise<RecordReads>
}

/** What a condition matches. */
export interface FoundByCondition {
  first: CurrentRecord | undefined
  isOnly: boolean
}

interface TransactDeps {
  db: Db
  clock: Clock
  random: Random
  /** Whether a reference must lead to a record that is there. */
  checksReferences: boolean
  bases: readonly string[]
}

/**
 * Runs `work` in one transaction, durable when it resolves. It may run several times, each time from nothing. At its end
 * references are checked, so that records of one transaction may refer to each other in any order.
 */
export async function transactRecords<Result>(
  deps: TransactDeps,
  practiceId: string,
  work: (transaction: RecordTransaction) => Promise<Result>,
  shows: Shows = () => true,
): Promise<Result> {
  return inTransaction(deps.db, async (trx) => {
    const touched: Touched = { put: [], removed: [], moved: [] }
    let isFinished = false
    const finish = async () => {
      if (!isFinished) await finishWriting(trx, { ...deps, practiceId, shows, touched })
      isFinished = true
      await limitStatements(trx, currentWork()?.limits.searchSeconds)
      return readsOf(trx)
    }
    const result = await work({ ...openTransaction(trx, { ...deps, shows }, practiceId, touched), finish })
    if (!isFinished) await finishWriting(trx, { ...deps, practiceId, shows, touched })
    return result
  })
}

interface Finished extends Pick<TransactDeps, 'clock' | 'checksReferences'> {
  practiceId: string
  shows: Shows
  touched: Touched
}

async function finishWriting(
  trx: Transaction<Schema>,
  { clock, checksReferences, practiceId, shows, touched }: Finished,
): Promise<void> {
  if (checksReferences) await assertWhole(trx, practiceId, { ...touched, shows })
  for (const { record, foreignPatientId: id } of touched.put)
    if (id !== undefined)
      throw leadsNowhere({ source: record.sentAs, target: `Patient/${id}`, expression: record.type })
  await refile(trx, clock.now().getTime(), [
    ...touched.moved,
    ...touched.removed.map(({ type, id }) => `${type}/${id}`),
  ])
  await leavePanels(
    trx,
    touched.removed.flatMap(({ patientIds }) => patientIds),
  )
}

interface Touched {
  put: Array<{
    record: PreparedRecord
    resource: Resource
    before: string | undefined
    foreignPatientId: string | undefined
  }>
  removed: Array<{ type: string; id: string; patientIds: string[] }>
  /** `Type/id` of those that are in other compartments than before. */
  moved: string[]
}

function openTransaction(
  trx: Transaction<Schema>,
  { clock, random, bases, checksReferences, shows }: TransactDeps & { shows: Shows },
  practiceId: string,
  touched: Touched,
): Omit<RecordTransaction, 'finish'> {
  const now = clock.now().getTime()
  const confinement = { patientIds: [], practiceIds: [practiceId] }
  const makeId = () => random.bytes(16).toString('hex')
  return {
    async find({ type, conditions }) {
      await goOn()
      const query = { type, conditions, sort: [] }
      const { records, next } = await searchRecords(trx, confinement, {
        query,
        pageSize: 1,
        withTotal: false,
      })
      const [first] = records.map(({ id, content }) => ({
        id,
        versionId: readStoredHead(content).versionId,
        content,
      }))
      return { first, isOnly: next === undefined }
    },
    async read(type, id) {
      await goOn()
      const found = await findOwn(trx, practiceId, `${type}/${id}`)
      return found && { id: found.id, versionId: found.stored.versionId, content: found.stored.content }
    },
    async put(resources, methods = []) {
      const prepared: PreparedRecord[] = []
      for (const [index, resource] of resources.entries()) {
        await goOn()
        const record = prepareRecord(practiceId, resource, { makeId, bases })
        if ('reason' in record) throw refused(record)
        prepared.push({ ...record, method: methods[index] ?? record.method })
      }
      const own = await giveOwnIds(trx, practiceId, prepared, {
        bases,
        follows: checksReferences ? 'known' : 'all',
      })
      const { written, rejected, moved } = await writePrepared(trx, now, own, { shows, foreign: 'marked' })
      touched.moved.push(...moved)
      const [refusal] = rejected
      if (refusal) throw refused(refusal)
      const befores = new Map(written.map((each) => [`${each.type}/${each.id}`, each]))
      for (const record of own) {
        const { before, foreignPatientId } = befores.get(`${record.type}/${record.id}`) ?? {}
        touched.put.push({ record, resource: record.resource, before, foreignPatientId })
      }
      return written
    },
    async remove(type, id) {
      await goOn()
      const found = await findOwn(trx, practiceId, `${type}/${id}`)
      if (!found) return false
      await deleteRecord(trx, { type, id: found.id, before: found.stored }, now)
      touched.removed.push({ type, id: found.id, patientIds: found.stored.patientIds })
      return true
    },
  }
}

/**
 * The record that a practice means by an address: the record there, or the one under the id that it got instead. The work is the
 * same for an address of another practice.
 */
async function findOwn(
  trx: Transaction<Schema>,
  practiceId: string,
  address: string,
): Promise<{ id: string; stored: Stored } | undefined> {
  const addresses = [address, rename(practiceId, address)]
  const stored = await findStored(trx, addresses)
  for (const each of addresses) {
    const found = stored.get(each)
    if (found?.practiceId === practiceId) return { id: each.split('/')[1] ?? '', stored: found }
  }
  return undefined
}

/** Lets others have their turn. Throws when the time of the request is over, and nothing is written. */
function goOn(): Promise<void> | undefined {
  currentWork()?.assertGoesOn()
  return breathe({ holdsLock: true })
}

async function assertWhole(
  trx: Transaction<Schema>,
  practiceId: string,
  { put, removed, shows }: Touched & { shows: Shows },
): Promise<void> {
  const dangling = await findDanglingReference(trx, practiceId, put)
  if (dangling) throw leadsNowhere(dangling)
  const kept = await findReferrer(trx, practiceId, removed, shows)
  if (kept)
    throw new OnpatientError(
      'already-exists',
      `${kept.target} cannot be deleted while ${kept.referrer} refers to it. Delete or change that first, or in the same transaction.`,
    )
}

function leadsNowhere({ source, target, expression }: Dangling): OnpatientError {
  return new OnpatientError(
    'record-refused',
    `${source} refers to ${target}, which is not among the records of this practice. Send it before, or in the same transaction.`,
    { expression },
  )
}

function refused({ reference, reason, expression }: Refusal): OnpatientError {
  return new OnpatientError('record-refused', `${reference}: ${reason}`, {
    expression: expression ?? reference.split('/', 1)[0] ?? 'Resource',
  })
}
