import type { ListPage, ListQuery } from '#server/records/records.ts'

/**
 * The one place that decides what may be read. A face gets a reader that cannot name another patient.
 */
export interface Access {
  /** For applications. Throws `token-missing`, `token-unknown`, `token-expired`, `token-revoked`. */
  open(accessToken: string | undefined): Promise<RecordReader>
  /**
   * For the signed-in person's own portal: every type, confined to the account's open associations. With
   * `practiceId` to the panel of that one practice, and to nothing unless the account is its provider or staff.
   */
  openForAccount(accountId: string, only?: { practiceId: string }): Promise<RecordReader>
}

export interface RecordReader {
  /** The one patient in context, when exactly one is covered. */
  readonly patientId: string | undefined
  /** The stored JSON. Throws `scope-missing`; undefined when absent or outside the covered compartments. */
  read(type: string, id: string): Promise<string | undefined>
  /** Throws `scope-missing`. */
  list(query: ListQuery): Promise<ListPage>
}
