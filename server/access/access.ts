/**
 * The one place that decides what an access token may read. A face gets a reader that cannot name another patient.
 */
export interface Access {
  /** Throws `token-missing`, `token-unknown`, `token-expired`, `token-revoked`. */
  open(accessToken: string | undefined): Promise<RecordReader>
}

export interface RecordReader {
  /** The one patient in context, when the grant covers exactly one. */
  readonly patientId: string | undefined
  /** The stored JSON. Throws `scope-missing`; undefined when absent or outside the grant's compartments. */
  read(type: string, id: string): Promise<string | undefined>
  /** Throws `scope-missing`. */
  list(
    query: import('#server/records/records.ts').ListQuery,
  ): Promise<import('#server/records/records.ts').ListPage>
}
