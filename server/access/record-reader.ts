import type { SearchQuery } from '#fhir/search/search-query.ts'
import type {
  ListPage,
  ListQuery,
  SearchPage,
  SearchPageQuery,
  TypeState,
  VersionPage,
  VersionQuery,
} from '#server/records/records.ts'
import type { Included } from './include-records.ts'

export interface RecordReader {
  /** The one patient in context, when exactly one is covered. */
  readonly patientId: string | undefined
  /** The stored JSON. Throws `scope-missing`; undefined when absent or outside the covered compartments. */
  read(type: string, id: string): Promise<string | undefined>
  /** Throws `scope-missing`. */
  list(query: ListQuery): Promise<ListPage>
  /** One version; undefined when absent, outside or a deletion. Throws `scope-missing`. */
  readVersion(address: { type: string; id: string; versionId: number }): Promise<string | undefined>
  /** Whether a version is the deletion of its record; false where the scopes give no history. */
  isDeletion(address: { type: string; id: string; versionId: number }): Promise<boolean>
  /** Versions of one record (`r`), or of a type (`s`). Throws `scope-missing`, also when the scopes give only some records. */
  listVersions(query: VersionQuery): Promise<VersionPage>
  /**
   * One page of a FHIR search, with what it brings along. Throws `scope-missing` also for a type that only a chain or
   * `_has` looks into; records brought along are left out when the scopes do not cover them.
   */
  search(query: SearchQuery, place: SearchPlace): Promise<SearchAnswer>
  /** Throws like `search`. */
  countFound(query: SearchQuery): Promise<number>
  /** Whether the scopes cover reading (`r`) or searching (`s`) a type, or some of its records. */
  allows(type: string, interaction: 'r' | 's'): boolean
  /** Whether the scopes cover reading all records of a type, and so their history. */
  allowsHistory(type: string): boolean
}

/** What a person reads with their own account: all of the records that their associations open. */
export interface AccountReader extends RecordReader {
  /** What the compartment of a patient holds, by type; nothing of a patient whom the account does not reach. */
  compartmentState(patientId: string): Promise<Map<string, TypeState>>
}

export type SearchPlace = Pick<SearchPageQuery, 'pageSize' | 'after' | 'before'>

export interface SearchAnswer extends SearchPage {
  included: Included
}
