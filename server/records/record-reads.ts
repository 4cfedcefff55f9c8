import type { Confinement } from '../confinement.ts'
import type { Db } from '../store/store.ts'
import { readCompartmentState, type TypeState } from './compartment-state.ts'
import type { ListPage, ListQuery } from './list-query.ts'
import { listRecords } from './list-records.ts'
import { readRecord } from './read-record.ts'
import { isDeletion, listVersions, readVersion } from './read-version.ts'
import { countFound, type SearchPage, type SearchPageQuery, searchRecords } from './search/search-records.ts'
import type { VersionPage, VersionQuery } from './version-query.ts'

/** What can be read inside a confinement. Only `access` uses it, which fixes the confinement. */
export interface RecordReads {
  read(confinement: Confinement, type: string, id: string): Promise<string | undefined>
  list(confinement: Confinement, query: ListQuery): Promise<ListPage>
  /** One version, current or older; undefined when absent, outside or a deletion. */
  readVersion(
    confinement: Confinement,
    address: { type: string; id: string; versionId: number },
  ): Promise<string | undefined>
  /** Whether a version is the deletion of its record; false when absent or outside. */
  isDeletion(
    confinement: Confinement,
    address: { type: string; id: string; versionId: number },
  ): Promise<boolean>
  listVersions(confinement: Confinement, query: VersionQuery): Promise<VersionPage>
  /** One page of what matches a FHIR search. */
  search(confinement: Confinement, page: SearchPageQuery): Promise<SearchPage>
  countFound(confinement: Confinement, query: SearchPageQuery['query']): Promise<number>
  /** What the compartment of a patient holds, by type, without a look at the records. */
  compartmentState(confinement: Confinement, patientId: string): Promise<Map<string, TypeState>>
}

/** The reads of a database. With a transaction they see what the transaction has written. */
export function readsOf(db: Db): RecordReads {
  return {
    read: readRecord.bind(undefined, db),
    list: listRecords.bind(undefined, db),
    readVersion: readVersion.bind(undefined, db),
    isDeletion: isDeletion.bind(undefined, db),
    listVersions: listVersions.bind(undefined, db),
    search: searchRecords.bind(undefined, db),
    countFound: countFound.bind(undefined, db),
    compartmentState: readCompartmentState.bind(undefined, db),
  }
}
