import { sql } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import { locks, oneAtATime } from '../store/transaction.ts'
import { type RecordReads, readsOf } from './record-reads.ts'
import { type RecordTransaction, transactRecords } from './record-transaction.ts'
import type { RecordWrite, Shows, WriteMode, WriteOutcome } from './record-write.ts'
import {
  bringIndexUpToDate,
  canBeSearched,
  examineIndex,
  type IndexState,
  type ReindexOptions,
} from './search/reindex.ts'
import { countKept, type WalkedBatch, type WalkPlace, walkRecords } from './walk-records.ts'
import { prepareWrite } from './write-records.ts'

export type { Confinement } from '../confinement.ts'
export type { TypeState } from './compartment-state.ts'
export type { ListPage, ListQuery, PageKey } from './list-query.ts'
export type { RecordReads } from './record-reads.ts'
export type { CurrentRecord, RecordTransaction } from './record-transaction.ts'
export type { RecordWrite, WriteMode, WriteOutcome } from './record-write.ts'
export type { SearchKey } from './search/search-order.ts'
export type { FoundRecord, SearchPage, SearchPageQuery } from './search/search-records.ts'
export type { VersionKey, VersionPage, VersionQuery, VersionRow } from './version-query.ts'

export type { WalkPlace } from './walk-records.ts'
export type { Written } from './write-records.ts'

/**
 * The record store: FHIR resources as JSON text, versions kept. It knows no HTTP and no grants.
 * The reading half is handed out only through `access`, which fixes the confinement.
 */
export interface Records extends RecordReads {
  /** Every record of a practice once, in batches, from the first or after a place; for export. */
  walk(practiceId: string, after?: WalkPlace): AsyncIterable<WalkedBatch>
  /** The number of records of such a walk, and how many of them were written after a time in ms. */
  countKept(practiceId: string, since: { changedAfter: number }): Promise<{ all: number; changed: number }>
  /** Writes the search index anew after its rules have changed; at start, when nothing could be found without it. */
  openIndex(): Promise<void>
  /** The same in the background, while searches are answered by what is there. Goes on where it was stopped. */
  bringIndexUpToDate(options?: Omit<ReindexOptions, 'bases'>): Promise<void>
  /** Whether the index is due to be written, and the progress. */
  examineIndex(): Promise<IndexState>
  /**
   * Writes a batch in one transaction: durable when it resolves, nothing when it throws. A patient that is new to
   * the practice joins its panel. A record without id gets one, and so does one under an id that another practice has (decision 0028).
   * With `all-or-nothing` one rejected record means that nothing is written.
   */
  write(batch: RecordWrite[], options?: { mode?: WriteMode }): Promise<WriteOutcome>
  /**
   * `write` in two steps. The first needs no database, and can run while another batch is written. The returned function does the
   * rest.
   */
  prepare(batch: RecordWrite[], options?: { mode?: WriteMode }): () => Promise<WriteOutcome>
  /** What one practice does, as a whole or not at all; `work` may run several times. Throws `record-refused`. */
  transact<Result>(
    practiceId: string,
    work: (transaction: RecordTransaction) => Promise<Result>,
    shows?: Shows,
  ): Promise<Result>
  /** The same records within a transaction of the caller, which must be one of the store's `inTransaction`. */
  inTransaction(trx: Db): Pick<Records, 'read' | 'write'>
  /** All shared records of a type that a practice keeps, as JSON; import resolves conditional references among them. */
  listShared(practiceId: string, type: string): Promise<string[]>
}

interface RecordsDeps {
  db: Db
  clock: Clock
  random: Random
  /** Whether what applications write may only refer to records that are there; default: yes. */
  checksReferences?: boolean
  /** Addresses of our own API, without a slash at the end. */
  bases?: readonly string[]
}

export function createRecords(deps: RecordsDeps): Records {
  const { db, clock, random, checksReferences = true, bases = [] } = deps
  return {
    ...readsOf(db),
    openIndex: () =>
      oneAtATime(db, locks.searchIndex, async () => {
        if (!(await canBeSearched(db))) await bringIndexUpToDate(db, { bases })
      }),
    bringIndexUpToDate: (options) => bringIndexUpToDate(db, { bases, ...options }),
    examineIndex: () => examineIndex(db),
    walk: (practiceId, after) => walkRecords(db, practiceId, after),
    countKept: (practiceId, since) => countKept(db, practiceId, since),
    write: async (batch, { mode = 'each' } = {}) => prepareWrite({ db, clock, random, bases }, batch, mode)(),
    prepare: (batch, { mode = 'each' } = {}) => prepareWrite({ db, clock, random, bases }, batch, mode),
    transact: (practiceId, work, shows) =>
      transactRecords({ db, clock, random, checksReferences, bases }, practiceId, work, shows),
    inTransaction: (trx) => createRecords({ ...deps, db: trx }),
    listShared: (practiceId, type) => listShared(db, practiceId, type),
  }
}

function listShared(db: Db, practiceId: string, type: string): Promise<string[]> {
  // uses record_practice
  return db
    .selectFrom('record')
    .select('content')
    .where('patient_id', '=', sql.lit(''))
    .where('practice_id', '=', practiceId)
    .where('type', '=', type)
    .execute()
    .then((rows) => rows.map((row) => row.content))
}
